// Tác vụ: ask how far running and waiting tasks are; show the page anew when one has gone on. Works without this file.
(function () {
  'use strict';
  Array.prototype.forEach.call(document.querySelectorAll('[data-task]'), function (row) {
    var bar = row.querySelector('progress');
    var line = row.querySelector('[data-line]');
    function ask() {
      fetch(row.getAttribute('data-task'), { headers: { Accept: 'application/json' } })
        .then(function (answer) { return answer.ok ? answer.json() : Promise.reject(new Error(answer.status)); })
        .then(function (now) {
          if (now.state !== row.getAttribute('data-state')) { window.location.reload(); return; }
          if (bar && now.total) {
            bar.max = now.total;
            bar.value = now.done;
            line.textContent = now.done.toLocaleString('vi') + '/' + now.total.toLocaleString('vi');
          }
          setTimeout(ask, 2000);
        })
        .catch(function () { setTimeout(ask, 6000); });
    }
    setTimeout(ask, 2000);
  });
})();
