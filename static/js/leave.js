// Signing out leaves nothing of the person in this browser: no answer, no name, no page to go back to.
// Who has a paper that runs is asked first. Answers that no server has yet are not dropped silently: they are sent, if
// that fails the person decides.
(function () {
  'use strict';
  var WAIT_MS = 6000;   // for the taking page to send what it holds
  var LOOK_MS = 200;
  var panel = document.getElementById('leaving');
  var sitting = document.getElementById('paper-root'); // the taking page; it knows more than the store

  function kept() {
    try { return window.localStorage; } catch (refused) { return null; }
  }

  // Papers of which this browser holds answers that the server has not acknowledged.
  function unsent() {
    var store = kept();
    var found = [];
    for (var i = 0; store && i < store.length; i += 1) {
      var key = store.key(i);
      if (key.indexOf('paper:') !== 0) continue;
      try {
        if (Object.keys(JSON.parse(store.getItem(key)).dirty).length) found.push(key.slice(6));
      } catch (unreadable) { /* nothing usable */ }
    }
    if (sitting && sitting.dataset.unsent && !found.length) found.push(sitting.dataset.attempt);
    return found;
  }

  function show(part) {
    panel.hidden = !part;
    if (!part) return;
    panel.querySelectorAll('[data-part]').forEach(function (one) { one.hidden = one.getAttribute('data-part') !== part; });
    panel.focus();
    panel.scrollIntoView({ block: 'center' });
  }

  function wipe() {
    var jobs = [];
    ['localStorage', 'sessionStorage'].forEach(function (name) {
      try { window[name].clear(); } catch (refused) { /* nothing was kept */ }
    });
    try {
      jobs.push(caches.keys().then(function (names) { return Promise.all(names.map(function (n) { return caches.delete(n); })); }));
    } catch (unavailable) { /* no cache to empty */ }
    try {
      jobs.push(indexedDB.databases().then(function (all) { all.forEach(function (one) { indexedDB.deleteDatabase(one.name); }); }));
    } catch (unavailable) { /* none of ours */ }
    return Promise.all(jobs).catch(function () { /* what cannot be listed was never used */ });
  }

  function leave(form) {
    var sure = document.createElement('input'); // whoever had to be asked was
    sure.type = 'hidden';
    sure.name = 'sure';
    sure.value = '1';
    form.appendChild(sure);
    document.dispatchEvent(new CustomEvent('left')); // from here on nothing is written any more
    wipe().then(function () { HTMLFormElement.prototype.submit.call(form); });
  }

  function ask(form, papers) {
    panel.querySelector('[data-open]').hidden = Boolean(sitting);
    panel.querySelector('[data-open]').setAttribute('href', '/attempts/' + papers[0]);
    panel.querySelector('[data-stay]').onclick = function () { show(null); };
    panel.querySelector('[data-drop]').onclick = function () { leave(form); };
    show('choose');
  }

  function sendThenLeave(form, until) {
    var papers = unsent();
    if (!papers.length) leave(form);
    else if (Date.now() < until) setTimeout(function () { sendThenLeave(form, until); }, LOOK_MS);
    else ask(form, papers);
  }

  function send(form) {
    if (sitting && unsent().length) {
      document.dispatchEvent(new CustomEvent('leaving'));
      show('wait');
    }
    sendThenLeave(form, Date.now() + (sitting && navigator.onLine !== false ? WAIT_MS : 0));
  }

  // What the server asks a form that does not say "sure"; here before anything is wiped.
  function askFirst(form) {
    panel.querySelector('[data-go-on]').onclick = function (event) {
      if (!sitting) return;
      event.preventDefault();
      show(null);
    };
    panel.querySelector('[data-sure]').onclick = function () {
      show(null);
      send(form);
    };
    show('running');
  }

  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (!form.hasAttribute('data-leave')) return;
    event.preventDefault();
    var menu = form.closest('details[data-menu]');
    if (menu) menu.open = false;
    if (sitting && unsent().length) document.dispatchEvent(new CustomEvent('leaving'));
    if (panel.dataset.running && !form.elements.sure) askFirst(form);
    else send(form);
  });

  // A page of somebody's own is not shown again from the browser's memory: the server is asked who is there now.
  // Only a paper whose answers are still kept here goes on as it was, also without a network.
  window.addEventListener('pagehide', function (event) {
    if (event.persisted) document.documentElement.style.visibility = 'hidden';
  });
  window.addEventListener('pageshow', function (event) {
    if (!event.persisted) return;
    var store = kept();
    if (sitting && store && store.getItem('paper:' + sitting.dataset.attempt)) {
      document.documentElement.style.visibility = '';
      document.dispatchEvent(new CustomEvent('returned'));
    } else window.location.reload();
  });
})();
