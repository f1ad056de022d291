// What the form of a round does on top of plain HTML: lists to choose from, fields that matter for one choice,
// criteria that move up and down. Nothing here decides: the server checks again.
(function () {
  'use strict';

  function all(selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); }

  function fold(text) {
    return text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/đ/g, 'd').replace(/\s+/g, ' ').trim();
  }

  function fill(text, values) {
    return Object.keys(values).reduce(function (out, key) { return out.split('{' + key + '}').join(values[key]); }, text);
  }

  function say(element, text) { if (element && element.textContent !== text) element.textContent = text; }

  // ---- a long list of checkboxes
  function checklist(box) {
    var boxes = all('input[type="checkbox"]', box);
    var items = all('li', box);
    var tools = box.querySelector('[data-tools]');
    var line = box.querySelector('[data-chosen]');
    var input = tools.querySelector('input');
    var NAMED = 4;
    var timer = null;
    var texts = null;

    function count() {
      var names = boxes.filter(function (one) { return one.checked; }).map(function (one) { return one.parentNode.textContent.trim(); });
      if (!names.length) { say(line, box.getAttribute('data-none')); return; }
      var listed = names.slice(0, NAMED).join('; ');
      if (names.length > NAMED) listed += '; ' + fill(box.getAttribute('data-more'), { n: names.length - NAMED });
      say(line, fill(box.getAttribute('data-some'), { n: names.length, names: listed }));
    }

    function filter() {
      var words = fold(input.value).split(' ');
      var fitting = 0;
      texts = texts || items.map(function (item) { return fold(item.textContent); });
      items.forEach(function (item, place) {
        item.hidden = !words.every(function (word) { return texts[place].indexOf(word) >= 0; });
        if (!item.hidden) fitting += 1;
      });
      say(tools.querySelector('[data-status]'), words[0] ? fill(box.getAttribute('data-shown'), { n: fitting, all: items.length }) : '');
    }

    tools.hidden = false;
    input.addEventListener('input', function () { clearTimeout(timer); timer = setTimeout(filter, 120); });
    input.addEventListener('keydown', function (event) { if (event.key === 'Enter') event.preventDefault(); });
    tools.querySelector('[data-uncheck]').addEventListener('click', function () {
      boxes.forEach(function (one) { one.checked = false; });
      count();
    });
    box.addEventListener('change', count);
    count();
  }

  // ---- fields that matter only for one choice, or for every choice but one
  function when(part) {
    var choices = all('input[name="' + part.getAttribute('data-when-name') + '"]');
    var not = part.getAttribute('data-when-not');
    function fits(one) { return not === null ? one.value === part.getAttribute('data-when-value') : one.value !== not; }
    function apply() {
      part.hidden = !choices.some(function (one) { return one.checked && fits(one); }) && !part.querySelector('[aria-invalid="true"]');
    }
    choices.forEach(function (one) { one.addEventListener('change', apply); });
    apply();
  }

  // ---- criteria: the list is put in order by buttons, the numbers follow
  function order(list) {
    var said = list.parentNode.querySelector('[data-order-said]');

    function renumber() {
      var place = 1;
      all('[data-criterion]', list).forEach(function (item) {
        var select = item.querySelector('select');
        if (select.value) { place += 1; select.value = String(place); }
      });
      ends();
    }

    function ends() {
      var items = all('[data-criterion]', list);
      items.forEach(function (item, at) {
        var used = item.querySelector('select').value;
        var next = items[at + 1];
        item.querySelector('.criterion-moves').hidden = !used;
        item.querySelector('[data-move="-1"]').disabled = !used || at === 0;
        item.querySelector('[data-move="1"]').disabled = !used || !next || !next.querySelector('select').value;
      });
    }

    function arrange(event) { // after a number was chosen: that one gets its place, the others make room
      all('[data-criterion]', list).map(function (item, at) {
        var key = Number(item.querySelector('select').value || 9);
        if (item.contains(event.target)) key += key > at + 2 && key < 9 ? 0.5 : -0.5; // the first of these is place 2
        return { item: item, key: key, at: at };
      }).sort(function (one, two) { return one.key - two.key || one.at - two.at; }).forEach(function (one) { list.appendChild(one.item); });
      renumber();
    }

    function move(button, item, by) {
      var items = all('[data-criterion]', list);
      var other = items[items.indexOf(item) + by];
      if (!other) return;
      list.insertBefore(by < 0 ? item : other, by < 0 ? other : item);
      renumber();
      var name = item.querySelector('.criterion-name').textContent;
      say(said, fill(list.getAttribute('data-said'), { name: name, n: item.querySelector('select').value }));
      if (button.disabled) item.querySelector('[data-move="' + -by + '"]').focus(); else button.focus();
    }

    all('[data-criterion]', list).forEach(function (item) {
      var name = item.querySelector('.criterion-name').textContent;
      var buttons = document.createElement('span');
      buttons.className = 'criterion-moves';
      [[-1, 'data-up', '↑'], [1, 'data-down', '↓']].forEach(function (way) {
        var button = document.createElement('button');
        button.type = 'button';
        button.className = 'btn btn-secondary';
        button.textContent = way[2];
        button.setAttribute('data-move', way[0]);
        button.setAttribute('aria-label', fill(list.getAttribute(way[1]), { name: name }));
        button.addEventListener('click', function () { move(button, item, way[0]); });
        buttons.appendChild(button);
      });
      item.appendChild(buttons);
      item.querySelector('select').addEventListener('change', arrange);
    });
    ends();
  }

  function start(root) {
    all('[data-checklist]', root).forEach(checklist);
    all('[data-when-name]', root).forEach(when);
    all('[data-order]', root).forEach(order);
  }

  // ---- a link to a field inside a folded part opens the part
  function unfold() {
    var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    var inside = target;
    while (inside) {
      if (inside.tagName === 'DETAILS') inside.open = true;
      inside = inside.parentElement;
    }
    if (target) { target.scrollIntoView(); target.focus({ preventScroll: true }); }
  }

  var form = document.querySelector('.round-form');
  if (!form) return;
  form.addEventListener('rows', function (event) { start(event.target); });
  window.addEventListener('hashchange', unfold);
  start(form);
  unfold();
})();
