// Writing a question: rows of choices that can be added, moved and left out, what the taker will see, and quiet advice
// from the server. Without this script the form has ten rows and says everything after saving.
(function () {
  'use strict';
  var form = document.querySelector('[data-editor]');
  if (!form || !window.fetch || !window.URLSearchParams) return;
  var LETTERS = 'ABCDEFGHIJ', MOST = 10, SHOWN = 4, PAUSE = 900;
  var list = form.querySelector('[data-rows]');
  var blank = list.lastElementChild.cloneNode(true);
  var add = form.querySelector('[data-add]');
  var status = form.querySelector('[data-status]');
  var stem = form.querySelector('[data-stem]');
  var changed = false, timer = null, turn = 0, asked = '';

  function all(selector, root) { return Array.prototype.slice.call((root || form).querySelectorAll(selector)); }
  function said(name, values) {
    return form.getAttribute('data-' + name).replace(/\{(\w+)\}/g, function (_, key) { return values[key]; });
  }
  function element(name, className, text) {
    var made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }
  function kind() {
    var chosen = form.querySelector('input[name="kind"]:checked');
    return chosen ? chosen.value : 'single';
  }
  function rows() { return all('[data-row]', list); }
  function text(row) { return row.querySelector('textarea').value.trim(); }

  // ---------- Choices

  function empty(row) {
    row.querySelector('textarea').value = '';
    row.querySelector('[name="keys"]').checked = false;
    return row;
  }

  function number() {
    var found = rows();
    found.forEach(function (row, place) {
      var letter = LETTERS[place] || String(place + 1);
      row.querySelector('[data-letter]').textContent = letter;
      Array.prototype.forEach.call(row.querySelectorAll('[data-letter-of]'), function (part) { part.textContent = letter; });
      row.querySelector('[name="keys"]').value = place;
      row.querySelector('textarea').setAttribute('aria-label', said('choice', { letter: letter }));
      row.querySelector('[data-tools]').hidden = false;
      row.querySelector('[data-up]').disabled = place === 0;
      row.querySelector('[data-down]').disabled = place === found.length - 1;
      row.querySelector('[data-remove]').disabled = found.length <= 2;
    });
    add.hidden = found.length >= MOST;
  }

  function pickOne() {
    var one = kind() === 'single';
    var kept = false;
    all('[name="keys"]', list).forEach(function (input) {
      var checked = input.checked && !(one && kept);
      input.type = one ? 'radio' : 'checkbox';
      input.checked = checked;
      kept = kept || checked;
    });
  }

  function move(row, down) {
    if (down) list.insertBefore(row.nextElementSibling, row);
    else list.insertBefore(row, row.previousElementSibling);
    number();
    var button = row.querySelector(down ? '[data-down]' : '[data-up]');
    (button.disabled ? row.querySelector(down ? '[data-up]' : '[data-down]') : button).focus();
    status.textContent = said('moved', { letter: row.querySelector('[data-letter]').textContent });
  }

  list.addEventListener('click', function (event) {
    var button = event.target.closest('button');
    if (!button) return;
    var row = button.closest('[data-row]');
    if (button.hasAttribute('data-remove')) {
      var next = row.nextElementSibling || row.previousElementSibling;
      list.removeChild(row);
      number();
      next.querySelector('textarea').focus();
    } else move(row, button.hasAttribute('data-down'));
    touched();
  });

  add.addEventListener('click', function () {
    var row = empty(blank.cloneNode(true));
    row.querySelector('[name="keys"]').type = kind() === 'single' ? 'radio' : 'checkbox';
    list.appendChild(row);
    number();
    row.querySelector('textarea').focus();
    show();
  });

  for (var found = rows(); found.length > SHOWN; found = rows()) {
    var last = found[found.length - 1];
    if (text(last) || last.querySelector('[name="keys"]').checked) break;
    list.removeChild(last);
  }
  pickOne();
  number();

  // ---------- Citations: those that are filled, and one more

  var citations = all('[data-citation]');
  var addCitation = form.querySelector('[data-add-citation]');
  function filled(row) { return all('input', row).some(function (input) { return input.value; }); }
  function closed() { return citations.filter(function (row) { return row.hidden; }); }
  citations.forEach(function (row, place) { row.hidden = place > 0 && !filled(row); });
  addCitation.hidden = !closed().length;
  addCitation.addEventListener('click', function () {
    var row = closed()[0];
    row.hidden = false;
    row.querySelector('input').focus();
    addCitation.hidden = !closed().length;
  });

  // ---------- What the taker sees

  function show() {
    var asks = kind();
    var words = asks === 'true-false' ? ['Đúng', 'Sai'] : rows().map(text).filter(Boolean);
    var line = form.querySelector('[data-preview-stem]');
    line.textContent = stem.value.trim() || form.getAttribute('data-empty-stem');
    line.classList.toggle('muted', !stem.value.trim());
    form.querySelector('[data-preview-how]').hidden = asks !== 'multiple';
    form.querySelector('[data-preview-order]').hidden = asks === 'true-false' || form.querySelector('[name="in_order"]').checked;
    var options = form.querySelector('[data-preview-options]');
    options.textContent = '';
    words.forEach(function (word, place) {
      var item = element('li');
      var letter = element('span', 'letter', LETTERS[place]);
      letter.setAttribute('aria-hidden', 'true');
      item.appendChild(letter);
      item.appendChild(element('span', '', word));
      options.appendChild(item);
    });
  }

  function showSituation() {
    var field = form.querySelector('[name="situation"]');
    var place = form.querySelector('[data-preview-situation]');
    var source = field.value && document.querySelector('template[data-situation="' + field.value + '"]');
    place.textContent = '';
    if (source) place.appendChild(source.content.cloneNode(true));
  }

  // ---------- Advice

  function law(states) {
    citations.forEach(function (row, place) {
      var line = row.querySelector('[data-law]');
      var state = states[place];
      line.textContent = '';
      line.hidden = !state;
      if (!state) return;
      line.className = 'law-state law-' + state.kind;
      line.appendChild(document.querySelector('template[data-icon="' + state.kind + '"]').content.cloneNode(true));
      line.appendChild(element('span', '', state.text));
    });
  }

  function advise(hints) {
    var box = form.querySelector('[data-hints]');
    var items = hints.alike.map(function (one) {
      var item = element('li');
      var link = element('a', '', said('alike', { percent: one.similarity, code: one.code }));
      link.href = one.url;
      link.target = '_blank';
      link.rel = 'noopener';
      item.appendChild(link);
      item.appendChild(element('p', '', one.stem));
      return item;
    }).concat(hints.flaws.map(function (flaw) { return element('li', '', flaw); }));
    box.textContent = '';
    if (!items.length) { box.appendChild(element('p', 'muted small', form.getAttribute('data-calm'))); return; }
    var made = box.appendChild(element('ul'));
    items.forEach(function (item) { made.appendChild(item); });
  }

  function ask() {
    var mine = ++turn;
    var body = new URLSearchParams(new FormData(form)).toString();
    if (body === asked) return;
    asked = body;
    fetch(form.getAttribute('data-advice'), {
      method: 'POST', credentials: 'same-origin', body: body,
      headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' }
    }).then(function (reply) {
      if (!reply.ok) throw new Error(String(reply.status));
      return reply.json();
    }).then(function (hints) {
      if (mine !== turn) return;
      law(hints.law);
      if (stem.value.trim()) advise(hints);
    }).catch(function () {
      if (mine !== turn) return;
      asked = '';
      var box = form.querySelector('[data-hints]');
      box.textContent = '';
      box.appendChild(element('p', 'muted small', form.getAttribute('data-away')));
    });
  }

  function touched() {
    changed = true;
    show();
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  form.addEventListener('input', touched);
  form.addEventListener('change', function (event) {
    if (event.target.name === 'kind') { pickOne(); show(); }
    if (event.target.name === 'situation') showSituation();
  });
  form.addEventListener('submit', function () { changed = false; });
  window.addEventListener('beforeunload', function (event) {
    if (!changed) return;
    event.preventDefault();
    event.returnValue = form.getAttribute('data-leave');
  });
  all('[data-no-js]').forEach(function (one) { one.hidden = true; });
  show();
  if (stem.value.trim()) ask();
})();
