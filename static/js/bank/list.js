// The bank's list: choose a page at once, say how many are chosen. The server decides everything again.
(function () {
  'use strict';
  var form = document.querySelector('[data-bulk]');
  if (!form) return;
  var picks = Array.prototype.slice.call(form.querySelectorAll('input[name="id"]'));
  var page = form.querySelector('[data-pick-all]');
  var everything = form.querySelector('[data-everything]');
  var line = form.querySelector('[data-count]');
  var plain = line.textContent;

  function chosen() { return picks.filter(function (one) { return one.checked; }).length; }

  function show() {
    var n = chosen();
    page.checked = n === picks.length;
    page.indeterminate = n > 0 && n < picks.length;
    line.textContent = n && !everything.checked ? line.getAttribute('data-count').replace('{n}', n) : plain;
    form.classList.toggle('has-chosen', n > 0 || everything.checked);
  }

  page.closest('label').hidden = false;
  page.addEventListener('change', function () {
    picks.forEach(function (one) { one.checked = page.checked; });
    show();
  });
  form.addEventListener('change', show);
  show();
})();
