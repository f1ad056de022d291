"""Reading a page's form as a browser would send it."""

from html.parser import HTMLParser

from werkzeug.datastructures import MultiDict


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sent: MultiDict[str, str] = MultiDict()
        self.inside, self.select, self.area = False, "", ""
        self.options: list[tuple[str, bool]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = "round-form" in given.get("class", "")
        if not self.inside:
            return
        name = given.get("name", "")
        if tag == "input" and name:
            if given.get("type") in ("checkbox", "radio"):
                if "checked" in given:
                    self.sent.add(name, given.get("value", "on"))
            elif given.get("type") != "file":
                self.sent.add(name, given.get("value", ""))
        elif tag == "select":
            self.select, self.options = name, []
        elif tag == "option":
            self.options.append((given.get("value", ""), "selected" in given))
        elif tag == "textarea":
            self.area, self.text = name, ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select" and self.select:
            chosen = [value for value, selected in self.options if selected] or [self.options[0][0]]
            self.sent.add(self.select, chosen[0])
            self.select = ""
        elif tag == "textarea" and self.area:
            self.sent.add(self.area, self.text.lstrip("\n"))
            self.area = ""


def form_of(page: str) -> MultiDict[str, str]:
    """What the browser sends when the page's large form is submitted without a named button."""
    reader = _Form()
    reader.feed(page)
    return reader.sent
