// The waiting room. The page is the same for everybody; this asks for the reader's own turn, as often as the server says.
// Nothing starts by itself: whoever is let in presses the button, because from then on their time runs.
(function () {
  'use strict';
  var room = document.querySelector('[data-waiting]');
  if (!room || !window.fetch) return;

  var place = room.querySelector('[data-place]');
  var status = room.querySelector('[data-status]');
  var form = room.querySelector('[data-enter]');
  var anonymous = room.querySelector('[data-anonymous]');
  var title = document.title;
  var token = null, timer = null, due = 0, asking = false, stopped = false, failures = 0;

  function text(name) { return room.getAttribute('data-' + name); }
  function put(element, words) { if (element.textContent !== words) element.textContent = words; }
  function grouped(n) { return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, '.'); }

  function clock(moment) {
    return new Date(moment).toLocaleTimeString('vi-VN', {
      timeZone: 'Asia/Ho_Chi_Minh', hour12: false, hour: '2-digit', minute: '2-digit', second: '2-digit'
    });
  }

  function show(turn) {
    var admitted = turn.state === 'admitted';
    var early = Date.parse(turn.server_time) < Date.parse(turn.opens_at);
    // Before the opening nobody stands at the head: nobody moves yet.
    var told = turn.state === 'waiting' && typeof turn.ahead === 'number' && (turn.ahead > 0 || !early);
    place.hidden = !told;
    if (told) put(place, turn.ahead ? text('ahead').replace('{n}', grouped(turn.ahead)) : text('first'));
    put(status, turn.state === 'waiting' ? text(early ? 'ticket' : 'turn') : text(turn.state).replace('{at}', clock(turn.until)));
    document.title = admitted ? text('title') + ' – ' + title : title;
    if (admitted && form.hidden) {
      form.hidden = false;
      form.querySelector('button').focus();
    }
    form.hidden = !admitted;
    stopped = turn.state === 'closed';
    // A pass ends: ask again when it has, and the page says so.
    return admitted ? Date.parse(turn.until) - Date.parse(turn.server_time) + 1000 : turn.retry_after * 1000;
  }

  function session() {
    return fetch(text('session'), { credentials: 'same-origin', cache: 'no-store' }).then(function (reply) {
      if (!reply.ok) throw new Error('busy');
      return reply.json();
    }).then(function (found) {
      token = found.person ? found.csrf_token : null;
      form.querySelector('input').value = token || '';
      anonymous.hidden = Boolean(token);
      if (!token) { put(status, ''); place.hidden = true; form.hidden = true; }
      return token;
    });
  }

  function turn() {
    return fetch(text('waiting'), {
      method: 'POST', credentials: 'same-origin', cache: 'no-store', headers: { Accept: 'application/json', 'X-CSRFToken': token }
    }).then(function (reply) {
      if (reply.status === 400 || reply.status === 401) { token = null; return 1000; }
      if (reply.status === 404) { stopped = true; return 0; }
      if (!reply.ok) {
        failures += 1;
        return Math.max(Number(reply.headers.get('Retry-After')) * 1000 || 0, backoff());
      }
      failures = 0;
      return reply.json().then(show);
    });
  }

  function backoff() { return Math.min(60000, 2000 * Math.pow(2, failures)); }

  function ask() {
    if (asking || stopped) return;
    asking = true;
    (token ? Promise.resolve(token) : session()).then(function (known) {
      if (!known) { stopped = true; return 0; }
      return turn();
    }).catch(function () {
      failures += 1;
      if (failures > 1) put(status, text('offline'));
      return backoff();
    }).then(function (wait) {
      asking = false;
      later(wait);
    });
  }

  function later(wait) {
    clearTimeout(timer);
    if (stopped) return;
    var jittered = wait * (1 + Math.random() * 0.15);
    due = Date.now() + jittered;
    timer = setTimeout(ask, Math.min(jittered, 3600000));
  }

  // Timers of a hidden tab are late; a phone that was asleep asks at once, so that its place is kept.
  document.addEventListener('visibilitychange', function () {
    if (!document.hidden && Date.now() >= due) ask();
  });
  window.addEventListener('online', function () { failures = 0; ask(); });
  put(status, text('asking'));
  ask();
})();
