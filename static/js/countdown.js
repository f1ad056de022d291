// Countdowns that follow the server's clock.
//
// <span data-countdown="ISO" data-server-now="ISO" data-done="text" data-done-show="id" data-done-hide="id"
//       data-days="Còn {d} ngày …" data-hours data-minutes data-seconds>
//
// The page says what the time was when the server made it; from there a steady local clock counts on, so that a
// phone whose clock is wrong still shows the right time left. Sleep may stop the steady clock: on waking, a time
// from the server (the Date header of this page) puts it right.
(function () {
  'use strict';
  var items = Array.prototype.slice.call(document.querySelectorAll('[data-countdown]'));
  if (!items.length) return;

  var base = Date.parse(items[0].getAttribute('data-server-now')); // server's time …
  var mark = performance.now();                                    // … at this moment of the steady clock
  var wall = Date.now();
  var timer = null;
  if (isNaN(base)) return;

  function serverNow() { return base + (performance.now() - mark); }

  function two(n) { return n < 10 ? '0' + n : String(n); }

  function words(item, left) {
    var seconds = Math.floor(left / 1000);
    var minutes = Math.floor(seconds / 60);
    var hours = Math.floor(minutes / 60);
    var days = Math.floor(hours / 24);
    var form = days ? 'days' : hours ? 'hours' : minutes ? 'minutes' : 'seconds';
    return item.getAttribute('data-' + form)
      .replace('{d}', days)
      .replace('{h}', hours % 24)
      .replace('{m}', minutes % 60)
      .replace('{s}', minutes ? two(seconds % 60) : seconds);
  }

  function toggle(id, hidden) {
    var element = id && document.getElementById(id);
    if (element) element.hidden = hidden;
  }

  function tick() {
    var soonest = Infinity;
    var now = serverNow();
    items = items.filter(function (item) {
      var left = Date.parse(item.getAttribute('data-countdown')) - now;
      var text = left > 0 ? words(item, left) : item.getAttribute('data-done');
      if (item.textContent !== text) item.textContent = text;
      if (left > 0) { soonest = Math.min(soonest, left); return true; }
      toggle(item.getAttribute('data-done-hide'), true);
      toggle(item.getAttribute('data-done-show'), false);
      return false;
    });
    clearTimeout(timer);
    if (!items.length) return;
    // To the second within the last hour, to the minute before it; aligned with the moment at which the text changes.
    var step = soonest < 3600000 ? 1000 : 60000;
    timer = setTimeout(tick, Math.min(soonest % step + 30, step));
  }

  function resync() {
    var asked = performance.now();
    fetch(location.pathname, { method: 'HEAD', cache: 'no-store' }).then(function (reply) {
      var date = Date.parse(reply.headers.get('Date') || '');
      if (isNaN(date)) return;
      var trip = (performance.now() - asked) / 2;
      base = date + 500 + trip; // the header is cut to whole seconds: the middle of it is the best guess
      mark = performance.now();
      wall = Date.now();
      tick();
    }).catch(function () { /* offline: go on counting */ });
  }

  function awake() {
    var slept = Math.abs((Date.now() - wall) - (performance.now() - mark)) > 2000;
    tick();
    if (slept && items.length) { wall = Date.now() - (performance.now() - mark); resync(); }
  }

  document.addEventListener('visibilitychange', function () { if (!document.hidden) awake(); });
  window.addEventListener('pageshow', function (event) { if (event.persisted) resync(); });
  tick();
})();
