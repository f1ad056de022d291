// Keeps a job's progress line fresh; reloads the page when the job has ended. Without this file a link does it.
(function () {
  'use strict';
  var line = document.querySelector('[data-job]');
  if (!line) return;

  function again() { setTimeout(look, 2000); }

  function look() {
    if (document.hidden) { again(); return; }
    fetch(location.href, { credentials: 'same-origin' })
      .then(function (answer) { if (!answer.ok) throw new Error(answer.status); return answer.text(); })
      .then(function (text) {
        var fresh = new DOMParser().parseFromString(text, 'text/html').querySelector('[data-job]');
        if (!fresh) { location.reload(); return; }
        fresh = document.importNode(fresh, true);
        line.replaceWith(fresh);
        line = fresh;
        again();
      })
      .catch(again);
  }

  again();
})();
