// What the organiser's and the contact's pages do on top of plain HTML: filters without accents.
// Everything works without this file; nothing here decides, the server checks again.
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

  // Shows the items that contain every typed word; says how many they are.
  function filtering(input, items, status, shown) {
    var texts = items.map(function (item) { return fold(item.textContent); });
    var timer = null;
    function apply() {
      var words = fold(input.value).split(' ');
      var count = 0;
      items.forEach(function (item, place) {
        var fits = words.every(function (word) { return texts[place].indexOf(word) >= 0; });
        item.hidden = !fits;
        if (fits) count += 1;
      });
      say(status, words[0] ? fill(shown, { n: count, all: items.length }) : '');
    }
    input.addEventListener('input', function () { clearTimeout(timer); timer = setTimeout(apply, 120); });
    input.addEventListener('keydown', function (event) { if (event.key === 'Enter') event.preventDefault(); });
    if (input.value) apply(); // kept by the browser when going back
  }

  // ---- lists and tables: <div data-filter="id of the list" data-shown="…" hidden>
  all('[data-filter]').forEach(function (box) {
    var list = document.getElementById(box.getAttribute('data-filter'));
    if (!list || list.children.length < 8) return; // a short list is read faster than filtered
    box.hidden = false;
    filtering(box.querySelector('input'), Array.prototype.slice.call(list.children), box.querySelector('[role="status"]'), box.getAttribute('data-shown'));
  });

  // ---- names to be reminded, for a message to colleagues
  all('[data-copy]').forEach(function (box) {
    if (!navigator.clipboard) return; // only on secure pages
    box.hidden = false;
    box.querySelector('button').addEventListener('click', function () {
      var names = all('[data-name]', document.getElementById(box.getAttribute('data-copy'))).map(function (one) { return one.getAttribute('data-name'); });
      navigator.clipboard.writeText(names.join('\n')).then(function () {
        say(box.querySelector('[role="status"]'), box.getAttribute('data-done'));
      }, function () {
        say(box.querySelector('[role="status"]'), box.getAttribute('data-failed'));
      });
    });
  });

  // ---- a strip of tabs that is wider than the phone: bring the open one into view
  all('.bank-tabs, .state-strip').forEach(function (strip) {
    var open = strip.querySelector('[aria-current]');
    if (open && strip.scrollWidth > strip.clientWidth) strip.scrollLeft = open.offsetLeft - strip.clientWidth / 3;
  });

  // ---- a paper that the system is handing in: go on when the receipt is there
  all('[data-wait]').forEach(function (box) {
    function ask() {
      fetch(box.getAttribute('data-wait'), { credentials: 'same-origin', cache: 'no-store' }).then(function (reply) {
        return reply.ok ? reply.text() : 'data-wait';
      }).then(function (html) {
        if (html.indexOf('data-wait') < 0) location.replace(box.getAttribute('data-wait'));
        else setTimeout(ask, 10000);
      }).catch(function () { setTimeout(ask, 10000); });
    }
    if (window.fetch) setTimeout(ask, 10000);
  });
})();
