// What the organiser's and the contact's pages do on top of plain HTML: sums, filters without accents, counts.
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

  // ---- a long list of checkboxes
  all('[data-checklist]').forEach(function (box) {
    var boxes = all('input[type="checkbox"]', box);
    var tools = box.querySelector('[data-tools]');
    var line = box.querySelector('[data-chosen]');
    var NAMED = 4;
    function count() {
      var names = boxes.filter(function (one) { return one.checked; }).map(function (one) { return one.parentNode.textContent.trim(); });
      if (!names.length) { say(line, box.getAttribute('data-none')); return; }
      var listed = names.slice(0, NAMED).join('; ');
      if (names.length > NAMED) listed += '; ' + fill(box.getAttribute('data-more'), { n: names.length - NAMED });
      say(line, fill(box.getAttribute('data-some'), { n: names.length, names: listed }));
    }
    tools.hidden = false;
    filtering(tools.querySelector('input'), all('li', box), tools.querySelector('[data-status]'), box.getAttribute('data-shown'));
    tools.querySelector('[data-uncheck]').addEventListener('click', function () {
      boxes.forEach(function (one) { one.checked = false; });
      count();
    });
    box.addEventListener('change', count);
    count();
  });

  // ---- a field that matters only for one choice
  all('[data-when-name]').forEach(function (part) {
    var radios = all('input[name="' + part.getAttribute('data-when-name') + '"]');
    var input = part.querySelector('input');
    function apply() {
      var wanted = radios.some(function (one) { return one.checked && one.value === part.getAttribute('data-when-value'); });
      part.hidden = !wanted && input.getAttribute('aria-invalid') !== 'true';
      if (part.hidden && !input.value) input.value = input.defaultValue || '60';
    }
    radios.forEach(function (one) { one.addEventListener('change', apply); });
    apply();
  });

  // ---- the blueprint: sums, shortages, and how many papers do not repeat a question
  all('[data-blueprint]').forEach(function (part) {
    var cells = all('input[data-available]', part);
    var trial = document.getElementById('trial');
    var attempts = document.getElementById('attempts');
    var warning = document.querySelector('[data-attempts-warning]');
    if (!cells.length) return;

    function number(input) {
      var value = parseInt(input.value, 10);
      return value > 0 ? value : 0;
    }

    function tells() { // a score or a rank that may be seen before the close
      var score = document.querySelector('input[name="show_score"]:checked');
      var board = document.querySelector('input[name="board"]:checked');
      return (score && score.value === 'receipt') || (board && board.value !== 'hidden');
    }

    function apply() {
      var total = 0, papers = Infinity, lack = false;
      all('tbody tr', part).forEach(function (row) {
        var sum = 0;
        all('input[data-available]', row).forEach(function (input) {
          var have = Number(input.getAttribute(trial && trial.checked ? 'data-trial' : 'data-real'));
          var wanted = number(input);
          var hint = document.getElementById(input.id + '-have');
          var short = wanted > have;
          sum += wanted;
          if (wanted) papers = Math.min(papers, Math.floor(have / wanted));
          if (short) lack = true;
          if (short) input.setAttribute('aria-invalid', 'true'); else input.removeAttribute('aria-invalid');
          say(hint, fill(part.getAttribute(short ? 'data-short' : have ? 'data-have' : 'data-none'), { n: have }));
        });
        say(row.querySelector('[data-row-sum]'), String(sum)); // a heading has none
        total += sum;
      });
      var text = fill(part.getAttribute('data-total'), { n: total });
      if (lack) text += ' · ' + part.getAttribute('data-lack');
      else if (total) text += ' · ' + fill(part.getAttribute('data-papers'), { n: papers });
      say(part.querySelector('[data-sum]'), text);
      if (!warning || !attempts) return;
      var risky = total > 0 && !lack && number(attempts) > Math.max(papers, 1) && tells();
      var words = warning.querySelector('[data-text]');
      if (risky) say(words, fill(words.getAttribute('data-text'), { n: papers }));
      warning.hidden = !risky;
    }

    part.closest('form').addEventListener('input', apply);
    part.closest('form').addEventListener('change', apply);
    apply();
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
