// A page that shows a paused round follows it: when the round's public clock tells of a change, it is loaded anew.
//
// <… data-follow="address of the clock" data-moves="how often the round had been moved when the page was made">
(function () {
  'use strict';
  var items = Array.prototype.slice.call(document.querySelectorAll('[data-follow]'));
  var EVERY_MS = 15000;
  var timer = 0;

  function later() {
    clearTimeout(timer); // one at a time, however often the page is shown and hidden
    timer = setTimeout(ask, EVERY_MS * (0.8 + Math.random() * 0.4));
  }

  function ask() {
    later();
    if (document.hidden) return;
    items.forEach(function (item) {
      fetch(item.getAttribute('data-follow'))
        .then(function (answer) { return answer.ok ? answer.json() : null; })
        .then(function (clock) {
          // A cache may answer with a clock older than the page.
          if (clock && clock.moves > Number(item.getAttribute('data-moves'))) window.location.reload();
        })
        .catch(function () { /* asked again soon */ });
    });
  }

  if (!items.length || !window.fetch) return;
  later();
  document.addEventListener('visibilitychange', ask);
})();
