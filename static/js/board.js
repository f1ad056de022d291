// A board that stays fresh without being noisy: this page is asked for again, with its ETag, about every ten seconds
// and only the parts that changed are put in place. Nothing is announced; the reader asks by looking.
// The reader's own row comes from a private address, so that the page itself is the same for everybody.
(function () {
  'use strict';
  var board = document.querySelector('[data-board]');
  if (!board || !window.fetch || !window.DOMParser) return;

  var PERIOD = 10000, HIDDEN_PERIOD = 60000, LONGEST = 120000, OWN_PERIOD = 30000;
  // Somebody who comes straight from their receipt is on the board a moment later.
  var SOON = 1200, SOON_TIMES = 5;
  var etag = null, failures = 0, timer = null, asking = false, stopped = false, lastOwn = 0, early = 0;

  // ---- own row

  var row = board.querySelector('[data-my-row]');
  var invitation = board.querySelector('[data-my-anonymous]');
  var meUrl = board.getAttribute('data-me');

  function text(name, values) {
    return Object.keys(values).reduce(function (out, key) { return out.replace('{' + key + '}', values[key]); }, row.getAttribute('data-' + name));
  }

  function grouped(n) { return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, '.'); }

  function elapsed(ms) {
    var seconds = Math.floor(ms / 1000);
    var rest = seconds % 60;
    return text('time', { m: Math.floor(seconds / 60), s: rest < 10 ? '0' + rest : rest });
  }

  function part(name, value) {
    var element = row.querySelector('[data-part="' + name + '"]');
    element.hidden = !value;
    if (value && name !== 'label' && element.textContent !== value) element.textContent = value;
  }

  function showOwn(me) {
    var ranked = typeof me.rank === 'number';
    var score = [];
    if (typeof me.points === 'number') score.push(text('points', { n: grouped(me.points) }));
    if (typeof me.elapsed_ms === 'number') score.push(elapsed(me.elapsed_ms));
    var sentence = '';
    if (typeof me.in_top === 'boolean') sentence = row.getAttribute(me.in_top ? 'data-in' : 'data-out');
    else if (!ranked && !score.length) sentence = row.getAttribute('data-none');
    part('rank', ranked ? text('rank', { n: grouped(me.rank) }) : '');
    part('label', sentence ? '' : ' ');
    part('score', score.join(' · '));
    part('text', sentence);
    row.hidden = false;
    if (ranked || !score.length) {
      if (early) ask(); // now the list has the row too
      early = 0;
    } else if (early < SOON_TIMES) {
      early += 1;
      lastOwn = 0;
      setTimeout(askOwn, SOON);
    }
  }

  function askOwn() {
    if (!row || !meUrl || Date.now() - lastOwn < OWN_PERIOD) return;
    lastOwn = Date.now();
    fetch(meUrl, { credentials: 'same-origin', cache: 'no-store', headers: { Accept: 'application/json' } }).then(function (reply) {
      if (reply.status === 401) {
        meUrl = null; // anonymous: ask once, offer to sign in
        if (invitation) invitation.hidden = false;
        return null;
      }
      if (!reply.ok) return null; // no board for this reader, or a busy server: show nothing
      return reply.json().then(showOwn);
    }).catch(function () { /* the public part goes on without it */ });
  }

  // ---- the public part

  function put(fresh) {
    ['status', 'notices', 'rows', 'pages'].forEach(function (name) {
      var mine = board.querySelector('[data-live="' + name + '"]');
      var theirs = fresh.querySelector('[data-live="' + name + '"]');
      if (!mine || !theirs || mine.innerHTML === theirs.innerHTML) return;
      if (mine.contains(document.activeElement)) return; // never take the focus away
      mine.innerHTML = theirs.innerHTML;
    });
    board.setAttribute('data-poll', fresh.getAttribute('data-poll') || 'off');
  }

  function offline(yes) {
    var line = board.querySelector('[data-board-offline]');
    if (line) line.hidden = !yes;
  }

  function ask() {
    if (asking || stopped) return;
    asking = true;
    clearTimeout(timer);
    var wait = 0;
    fetch(location.pathname + location.search, {
      credentials: 'omit', headers: etag ? { 'If-None-Match': etag } : {}
    }).then(function (reply) {
      failures = reply.ok || reply.status === 304 ? 0 : failures + 1;
      wait = Number(reply.headers.get('Retry-After')) * 1000 || 0;
      offline(false);
      if (reply.status === 404 || reply.status === 410) { stopped = true; return null; }
      if (!reply.ok) return null; // also 304: nothing new
      etag = reply.headers.get('ETag');
      return reply.text().then(function (html) {
        var fresh = new DOMParser().parseFromString(html, 'text/html').querySelector('[data-board]');
        if (!fresh) { stopped = true; return; }
        put(fresh);
        if (board.getAttribute('data-poll') !== 'on') stopped = true;
        askOwn();
      });
    }).catch(function () {
      failures += 1;
      offline(failures > 1);
    }).then(function () {
      asking = false;
      later(wait);
    });
  }

  function later(atLeast) {
    if (stopped) return;
    var period = document.hidden ? HIDDEN_PERIOD : Math.min(PERIOD * Math.pow(2, failures), LONGEST);
    var jittered = period * (0.8 + Math.random() * 0.4);
    clearTimeout(timer);
    timer = setTimeout(ask, Math.max(jittered, Math.min(atLeast || 0, 10 * LONGEST)));
  }

  askOwn();
  if (board.getAttribute('data-poll') !== 'on') return;
  later(0);
  document.addEventListener('visibilitychange', function () {
    clearTimeout(timer);
    if (document.hidden) later(0);
    else timer = setTimeout(ask, Math.random() * 2000);
  });
  window.addEventListener('online', function () { failures = 0; later(0); });
})();
