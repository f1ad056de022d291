// Finds an agency while its name is typed (without accents too): the combobox of the WAI-ARIA Authoring Practices,
// list autocomplete with manual selection, laid over a plain text field. Without this script, or when the server does
// not answer, the typed text is sent as it is and the server offers the choices.
//
// <div data-agency-picker data-source="/api/v1/agencies" data-code-name="agency_code" data-found data-none …>
(function () {
  'use strict';
  if (!window.fetch || !window.Map) return;
  Array.prototype.forEach.call(document.querySelectorAll('[data-agency-picker]'), enhance);

  function element(name, attributes, text) {
    var made = document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    if (text) made.textContent = text;
    return made;
  }

  function enhance(box) {
    var input = box.querySelector('input[type="text"], input:not([type])');
    var combo = box.querySelector('.combo');
    if (!input || !combo) return;

    var codeName = box.getAttribute('data-code-name');
    var offered = box.querySelector('[data-agency-options]'); // the server's choices for an ambiguous text
    var code = box.querySelector('input[type="hidden"][name="' + codeName + '"]');
    var chosen = box.querySelector('[data-agency-chosen]');
    var found = new Map();
    var options = [], active = -1, chosenText = null, timer = null, turn = 0;

    var list = element('ul', { 'class': 'combo-list', id: input.id + '-list', role: 'listbox', 'aria-label': box.getAttribute('data-list-label') });
    var status = element('p', { 'class': 'visually-hidden', role: 'status' });
    list.hidden = true;
    combo.appendChild(list);
    box.appendChild(status);

    input.setAttribute('role', 'combobox');
    input.setAttribute('aria-autocomplete', 'list');
    input.setAttribute('aria-expanded', 'false');
    input.setAttribute('aria-controls', list.id);
    input.setAttribute('autocomplete', 'off');

    if (code && code.value) { chosenText = input.value; confirm(true); }

    function chosenWords() { return box.getAttribute('data-chosen').replace('{name}', chosenText); }

    function confirm(yes) {
      if (!chosen) return;
      chosen.lastElementChild.textContent = yes ? chosenWords() : '';
      chosen.hidden = !yes;
    }

    function open(yes) {
      list.hidden = !yes;
      input.setAttribute('aria-expanded', String(yes));
      if (!yes) mark(-1);
    }

    function mark(index) {
      if (list.children[active]) list.children[active].setAttribute('aria-selected', 'false');
      active = index;
      var item = list.children[index];
      if (!item) { input.removeAttribute('aria-activedescendant'); return; }
      item.setAttribute('aria-selected', 'true');
      input.setAttribute('aria-activedescendant', item.id);
      if (item.offsetTop < list.scrollTop) list.scrollTop = item.offsetTop;
      else if (item.offsetTop + item.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = item.offsetTop + item.offsetHeight - list.clientHeight;
    }

    function show(agencies) {
      options = agencies;
      active = -1;
      input.removeAttribute('aria-activedescendant');
      list.textContent = '';
      agencies.forEach(function (agency, index) {
        var item = element('li', { 'class': 'combo-option', role: 'option', id: list.id + '-' + index, 'aria-selected': 'false' });
        item.appendChild(element('span', {}, agency.name));
        if (agency.hint) item.appendChild(element('span', { 'class': 'combo-hint' }, agency.hint));
        list.appendChild(item);
      });
      open(agencies.length > 0);
      status.textContent = agencies.length ? box.getAttribute('data-found').replace('{n}', agencies.length) : box.getAttribute('data-none');
    }

    function useCode(value) {
      if (!code) code = combo.appendChild(element('input', { type: 'hidden', name: codeName }));
      code.value = value;
    }

    function choose(index) {
      var agency = options[index];
      if (!agency) return;
      input.value = chosenText = agency.name;
      dropOffered();
      useCode(agency.code);
      input.removeAttribute('aria-invalid');
      status.textContent = chosenWords();
      confirm(true);
      open(false);
    }

    function dropOffered() {
      if (!offered) return;
      offered.parentNode.removeChild(offered); // a fresh text makes the earlier choices void
      offered = null;
    }

    function look() {
      var query = input.value.trim().replace(/\s+/g, ' ');
      var mine = ++turn;
      if (query.length < 2) { status.textContent = ''; open(false); return; }
      if (found.has(query)) { show(found.get(query)); return; }
      fetch(box.getAttribute('data-source') + '?q=' + encodeURIComponent(query), { credentials: 'same-origin', headers: { Accept: 'application/json' } })
        .then(function (reply) { return reply.ok ? reply.json() : null; })
        .then(function (data) {
          if (!data || !Array.isArray(data.agencies)) return;
          found.set(query, data.agencies);
          if (mine === turn && document.activeElement === input) show(data.agencies);
        })
        .catch(function () { if (mine === turn) open(false); });
    }

    input.addEventListener('input', function () {
      if (input.value !== chosenText) {
        chosenText = null;
        if (code) code.value = '';
        dropOffered();
        confirm(false);
      }
      clearTimeout(timer);
      timer = setTimeout(look, 200);
    });

    input.addEventListener('keydown', function (event) {
      if (event.isComposing || event.keyCode === 229) return; // Vietnamese input methods compose with Enter and arrows
      var last = options.length - 1;
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        if (list.hidden) {
          if (options.length && chosenText === null) open(true); else { look(); return; }
        }
        if (event.key === 'ArrowDown') mark(active >= last ? 0 : active + 1);
        else mark(active <= 0 ? last : active - 1);
      } else if (event.key === 'Enter') {
        if (!list.hidden && active >= 0) { event.preventDefault(); choose(active); }
      } else if (event.key === 'Escape') {
        if (!list.hidden) { event.preventDefault(); event.stopPropagation(); open(false); }
      } else if (event.key === 'Tab') {
        if (!list.hidden && active >= 0) choose(active);
        open(false);
      } else if (event.key === 'Home' || event.key === 'End') {
        mark(-1);
      }
    });

    list.addEventListener('mousedown', function (event) { event.preventDefault(); }); // the field keeps the focus
    list.addEventListener('click', function (event) {
      var item = event.target.closest('[role="option"]');
      if (item) choose(Array.prototype.indexOf.call(list.children, item));
    });

    input.addEventListener('blur', function () {
      turn += 1; // an answer that is still on its way comes too late
      clearTimeout(timer);
      setTimeout(function () { if (document.activeElement !== input) open(false); }, 150);
    });
  }
})();
