"""Pages of the sitting: start, the paper (which works without JavaScript), the receipt."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from msgspec import UNSET, DecodeError, json

from contest.attempts import notices, papers, queries, service, waiting
from contest.attempts.machine import State
from contest.attempts.models import Attempt
from contest.attempts.predicting import QUESTIONS, RULE
from contest.attempts.receipts import receipt_of
from contest.attempts.rules import SEQ_MAX, AnswerMap, Predicted, is_late, remaining_ms
from contest.rounds import lifecycle
from contest.rounds.queries import RoundView
from contest.rounds.rules import Reveal
from core.errors import Conflict, Gone, Invalid
from core.web.identity import require_viewer
from core.web.pages import page, request_now

blueprint = Blueprint("attempts", __name__)
PREDICTION = "prediction"


@blueprint.post("/rounds/<pid:round_id>/attempts")
def start(round_id: str) -> ResponseReturnValue:
    """Vào thi / Tiếp tục làm bài: POST, then the paper by GET."""
    actor, now = require_viewer(), request_now()
    in_turn = waiting.let_in(actor=actor, now=now, round_id=round_id, lobby=True)
    started = service.start(actor=actor, now=now, round_id=round_id, in_turn=in_turn)
    return redirect(url_for("attempts.paper", attempt_id=started.attempt.public_id), 303)


@blueprint.get("/attempts/<pid:attempt_id>")
def paper(attempt_id: str) -> ResponseReturnValue:
    """The paper; writes nothing. A finished attempt shows its receipt."""
    attempt, round_ = _own(attempt_id)
    if attempt.state != "in_progress":
        return redirect(url_for("attempts.receipt", attempt_id=attempt_id))
    return _paper(attempt, round_)


@blueprint.post("/attempts/<pid:attempt_id>")
def hand_in(attempt_id: str) -> ResponseReturnValue:
    """The plain form: save or submit with the epoch that was rendered; ``claim`` goes on here with what it holds."""
    attempt, round_ = _own(attempt_id)
    answers, prediction = _form_answers(attempt), _form_prediction(attempt)
    epoch, seq = _number(request.form.get("epoch")), _number(request.form.get("seq"), otherwise=0)
    receipt_page = url_for("attempts.receipt", attempt_id=attempt_id)
    person_id = attempt.person_id
    now, action = request_now(), request.form.get("action")
    overlaid: list[str] = []
    try:
        if action == "submit":
            service.submit(person_id=person_id, now=now, attempt_id=attempt_id, epoch=epoch, answers=answers,
                           prediction=prediction, seq=seq)  # fmt: skip
            return redirect(receipt_page, 303)
        if action == "claim":
            # Before anything is taken over: what cannot be saved throws no other device out.
            service.check_sheet(attempt, answers, prediction)
            claimed = service.start(actor=require_viewer(), now=now, round_id=round_.id, number=attempt.number).attempt
            epoch, seq = claimed.epoch, claimed.seq
            merged, prediction, overlaid = _laid_over(claimed, answers, prediction)
        else:
            merged = answers
        service.save(
            person_id=person_id,
            now=now,
            attempt_id=attempt_id,
            epoch=epoch,
            seq=min(seq + 1, SEQ_MAX),
            answers=merged,
            prediction=prediction,
        )
    except Conflict as error:
        if error.code in ("finished", "finishing"):
            if error.code == "finished":
                voided = _own(attempt_id)[0].state == State.VOIDED
                flash(_was_voided() if voided else _already_handed_in(), "warning")
            return redirect(receipt_page, 303)
        offered = _offered(elsewhere=error.code == "taken-over")
        return _paper(attempt, round_, answers=answers, epoch=epoch, seq=seq, status=409, **offered)
    except Invalid as error:
        if error.code != "bad-prediction":
            raise
        offered = _offered(elsewhere=epoch != attempt.epoch) if action == "claim" else {}
        return _paper(attempt, round_, answers=answers, epoch=epoch, seq=seq, refused=error, status=422, **offered)
    except Gone as error:
        flash(gettext(error.message), "warning")
        return redirect(receipt_page, 303)
    unanswered = [slot for slot, chosen in merged.items() if not chosen]
    attempt, round_ = _own(attempt_id)
    predicted = not attempt.predicts or attempt.prediction is not None
    notice = _saved(unanswered, predicted=predicted)
    if action == "claim":
        return _paper(attempt, round_, notice=notice, overlaid=overlaid)
    return _paper(attempt, round_, notice=notice, unanswered=unanswered, reviewing=action == "review")


@blueprint.get("/attempts/<pid:attempt_id>/receipt")
def receipt(attempt_id: str) -> ResponseReturnValue:
    """Mã bài thi. While the sweep has not come yet, the page says so."""
    attempt, round_ = _own(attempt_id)
    if attempt.state == "in_progress":
        if is_late(request_now(), attempt.deadline, attempt.paused_at):
            return page("attempts/finishing.html", round=round_, deadline=attempt.deadline)
        return redirect(url_for("attempts.paper", attempt_id=attempt_id))
    return page(
        "attempts/receipt.html",
        receipt=receipt_of(attempt, round_),
        last_number=queries.last_number(person_id=attempt.person_id, round_=round_),
        points_max=papers.points_max(attempt, round_),
        foretold=[attempt.prediction] if attempt.predicts else None,
        round=round_,
        contest=round_.contest,
        what_next=_what_next(round_),
        review=papers.review(attempt, round_, now=request_now()),
        notices=_notices(attempt, round_),
        drawn_for=attempt.drawn_for if lifecycle.over(round_.state) else None,
        group=_group(attempt, round_),
    )


def running_paper(person_id: int) -> str | None:
    """Where a person goes on with a paper whose time runs, if they sit one."""
    attempt_id = queries.running_attempt(person_id=person_id, now=request_now())
    return url_for("attempts.paper", attempt_id=attempt_id) if attempt_id else None


def _own(attempt_id: str) -> tuple[Attempt, RoundView]:
    actor = require_viewer()
    return queries.own_attempt(attempt_id, person_id=actor.person_id or 0, now=request_now())


def _paper(
    attempt: Attempt,
    round_: RoundView,
    *,
    notice: str | None = None,
    unanswered: list[str] | None = None,
    reviewing: bool = False,
    overlaid: list[str] | None = None,
    claim: str | None = None,
    answers: AnswerMap | None = None,
    epoch: int | None = None,
    seq: int | None = None,
    refused: Invalid | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    api = f"/api/v1/attempts/{attempt.public_id}"
    slots = papers.paper(attempt)
    return page(
        "attempts/paper.html",
        status=status,
        round=round_,
        contest_title=round_.contest.title,
        attempt={
            "id": attempt.public_id,
            "number": attempt.number,
            # A refused form keeps its own epoch: pressing again must not overwrite the other device.
            "epoch": attempt.epoch if epoch is None else epoch,
            "seq": attempt.seq if seq is None else seq,
            "deadline": attempt.deadline,
            "paused": attempt.paused_at is not None,
            "remaining_ms": remaining_ms(request_now(), attempt.deadline, attempt.paused_at),
        },
        prediction=_prediction(attempt, round_, refused, typed=answers is not None),
        paper=slots,
        situations=papers.situations(slots),
        answers=attempt.answers if answers is None else answers,
        was=_was(attempt) if answers is None else request.form.get("was", ""),
        server_time=request_now(),
        notice=notice,
        notices=_notices(attempt, round_),
        unanswered=unanswered,
        reviewing=reviewing,
        overlaid=overlaid or [],
        claim=claim,
        urls={
            "save": f"{api}/answers",
            "submit": f"{api}/submission",
            "start": f"/api/v1/rounds/{round_.id}/attempts",
            "session": "/api/v1/session",
            "clock": f"/api/v1/rounds/{round_.id}/clock",
            "state": api,
            "receipt": url_for("attempts.receipt", attempt_id=attempt.public_id),
        },
    )


def _prediction(attempt: Attempt, round_: RoundView, refused: Invalid | None, *, typed: bool) -> dict[str, Any] | None:
    """The prediction question as the paper asks it; the number of a refused form stays as it was typed."""
    rule = round_.rules.prediction
    if rule is None:
        return None
    asked: dict[str, Any] = {
        "question": gettext(QUESTIONS[rule.of, rule.over]),
        "rule": gettext(RULE),
        "value": attempt.prediction,
    }
    if typed:
        asked["typed"] = request.form.get("prediction", "")
    if refused is not None:
        asked["error"] = gettext(refused.message)
    return asked


def _notices(attempt: Attempt, round_: RoundView) -> list[dict[str, str]]:
    told = notices.of_attempt(attempt, round_)
    return [{"id": one.id, "text": gettext(one.message, **one.params)} for one in told]


def _group(attempt: Attempt, round_: RoundView) -> str:
    return next((one.name for one in round_.rules.groups if one.code == attempt.group_code), "")


def _form_answers(attempt: Attempt) -> AnswerMap:
    return {
        slot: [_number(value) for value in request.form.getlist(f"slot-{slot}") if value] or None
        for slot in attempt.answers
    }


def _was(attempt: Attempt) -> str:
    """What a page is rendered from, for the form to send back: what differs from it was chosen there."""
    return json.encode({**attempt.answers, PREDICTION: attempt.prediction}).decode()


def _laid_over(attempt: Attempt, answers: AnswerMap, prediction: Predicted) -> tuple[AnswerMap, Predicted, list[str]]:
    """What was chosen on this page over what has been saved elsewhere since; where the two differ."""
    try:
        was = json.decode(request.form.get("was", ""), type=dict[str, Any])
    except (DecodeError, RecursionError):
        was = {}
    chosen = {slot for slot, given in answers.items() if given != was.get(slot)}
    differing = [slot for slot in chosen if attempt.answers[slot] not in (answers[slot], was.get(slot))]
    merged = {slot: answers[slot] if slot in chosen else stored for slot, stored in attempt.answers.items()}
    if not attempt.predicts or prediction == was.get(PREDICTION):
        return merged, attempt.prediction if attempt.predicts else UNSET, sorted(differing, key=int)
    differs = attempt.prediction not in (prediction, was.get(PREDICTION))
    return merged, prediction, [*sorted(differing, key=int), *([PREDICTION] if differs else [])]


def _form_prediction(attempt: Attempt) -> Predicted:
    """Digits as people write them ("14.492"); what is no number is refused by the verb."""
    if not attempt.predicts:
        return UNSET
    text = "".join((request.form.get("prediction") or "").split()).replace(".", "")
    return _number(text) if text else None


def _number(text: str | None, *, otherwise: int = SEQ_MAX) -> int:
    """A number of the form; what is none becomes one that nothing accepts."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def _saved(unanswered: list[str], *, predicted: bool) -> str:
    if not unanswered and not predicted:
        return gettext("Đã lưu. Còn câu hỏi dự đoán chưa trả lời.")
    if not unanswered:
        return gettext("Đã lưu đủ các câu. Có thể nộp bài.")
    return gettext("Đã lưu. Còn %(count)s câu chưa trả lời.", count=len(unanswered))


def _already_handed_in() -> str:
    return gettext("Bài thi này đã nộp trước đó. Bài đã nộp được giữ nguyên; lần gửi sau không được ghi nhận.")


def _was_voided() -> str:
    return gettext("Ban Tổ chức đã hủy lượt thi này; lần gửi sau không được ghi nhận.")


def _other_device() -> str:
    return gettext(
        "Bài thi đang được làm trên thiết bị khác; lần gửi này chưa được lưu. Các câu đã chọn vẫn còn ở trang này."
    )


def _newer_copy() -> str:
    return gettext(
        "Bài thi đã có bản lưu mới hơn, từ cửa sổ hoặc thiết bị khác; lần gửi này chưa được lưu. "
        "Các câu đã chọn vẫn còn ở trang này."
    )


def _offered(*, elsewhere: bool) -> dict[str, Any]:
    """What a page of a sheet that was not saved says, and the button that goes on with it."""
    if elsewhere:
        return {"notice": _other_device(), "claim": gettext("Tiếp tục trên thiết bị này và lưu")}
    return {"notice": _newer_copy(), "claim": gettext("Tiếp tục ở trang này và lưu")}


def _what_next(round_: RoundView) -> list[str]:
    texts = [gettext("Giữ mã bài thi để tra cứu và đề nghị xem xét lại kết quả khi cần.")]
    if round_.rules.show_score is Reveal.CLOSE:
        texts.append(gettext("Điểm hiển thị ở trang này sau khi vòng thi kết thúc."))
    if round_.rules.show_score is Reveal.PUBLICATION:
        texts.append(gettext("Điểm hiển thị ở trang này sau khi Ban Tổ chức công bố kết quả."))
    if round_.rules.show_answers is Reveal.PUBLICATION:
        texts.append(
            gettext(
                "Đáp án và giải thích hiển thị ở trang này sau khi công bố, khi câu hỏi không còn dùng ở vòng khác."
            )
        )
    return texts
