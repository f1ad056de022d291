// Grids of a blueprint: sums, shortages, and how many papers the bank has that do not repeat a question.
// Nothing here decides: the server checks again.
(function () {
  'use strict';

  function all(selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); }

  function fill(text, values) {
    return Object.keys(values).reduce(function (out, key) { return out.split('{' + key + '}').join(values[key]); }, text);
  }

  function say(element, text) { if (element && element.textContent !== text) element.textContent = text; }

  function number(input) {
    var value = input ? parseInt(input.value, 10) : 0;
    return value > 0 ? value : 0;
  }

  function sums(part) { // how many different papers the bank has; 0 where it lacks questions, Infinity for an empty paper
    var trial = document.getElementById('trial');
    var total = 0, papers = Infinity, lack = false;
    all('tbody tr', part).forEach(function (row) {
      var sum = 0;
      all('input[data-available]', row).forEach(function (input) {
        var have = Number(input.getAttribute(trial && trial.checked ? 'data-trial' : 'data-real'));
        var wanted = number(input);
        var short = wanted > have;
        sum += wanted;
        if (wanted) papers = Math.min(papers, Math.floor(have / wanted));
        if (short) lack = true;
        if (short) input.setAttribute('aria-invalid', 'true'); else input.removeAttribute('aria-invalid');
        say(document.getElementById(input.id + '-have'), fill(part.getAttribute(short ? 'data-short' : have ? 'data-have' : 'data-none'), { n: have }));
      });
      say(row.querySelector('[data-row-sum]'), String(sum)); // a heading has none
      total += sum;
    });
    var text = fill(part.getAttribute('data-total'), { n: total });
    if (lack) text += ' · ' + part.getAttribute('data-lack');
    else if (total) text += ' · ' + fill(part.getAttribute('data-papers'), { n: papers });
    say(part.querySelector('[data-sum]'), text);
    var folded = part.parentNode.querySelector('[data-questions]'); // a group's grid may be folded
    if (folded) say(folded, fill(folded.getAttribute('data-text'), { n: total }));
    return lack ? 0 : papers;
  }

  function tells() { // a score or a rank that may be seen before the close
    var score = document.querySelector('input[name="show_score"]:checked');
    var board = document.querySelector('input[name="board"]:checked');
    return (score && score.value === 'receipt') || (board && board.value !== 'hidden');
  }

  function papers() {
    var fewest = Math.min.apply(null, all('[data-blueprint]').map(sums));
    var warning = document.querySelector('[data-attempts-warning]');
    if (!warning) return;
    var words = warning.querySelector('[data-text]');
    var unlimited = document.getElementById('unlimited');
    var wanted = unlimited && unlimited.checked ? Infinity : number(document.getElementById('attempts'));
    var risky = fewest > 0 && fewest < Infinity && wanted > fewest && tells();
    if (risky) say(words, fill(words.getAttribute('data-text'), { n: fewest }));
    warning.hidden = !risky;
  }

  ['input', 'change', 'rows'].forEach(function (kind) { document.addEventListener(kind, papers); });
  papers();
})();
