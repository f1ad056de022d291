// Bringing files in: drop a file, watch a job, count what will be brought in. Everything works without this file.
(function () {
  'use strict';

  function fill(text, values) {
    return Object.keys(values).reduce(function (out, key) { return out.split('{' + key + '}').join(values[key]); }, text);
  }

  function number(n) { return n.toLocaleString(document.documentElement.lang || 'vi'); }

  // ---- upload: a place to drop the file on, its name and size, too large said before it travels
  var form = document.querySelector('[data-upload]');
  if (form) {
    var drop = form.querySelector('[data-drop]');
    var input = form.querySelector('input[type="file"]');
    var error = document.getElementById('file-error');
    var button = form.querySelector('button[type="submit"]');
    var sending = button.textContent;
    drop.classList.add('is-live');
    drop.querySelector('.drop-words').hidden = false;

    var tell = function () {
      var file = input.files[0];
      var large = Boolean(file) && file.size > Number(form.getAttribute('data-max'));
      if (file) drop.querySelector('[data-name]').textContent = file.name + ' · ' + number(Math.ceil(file.size / 1024)) + ' KB';
      error.hidden = !large;
      if (large) error.querySelector('span').textContent = form.getAttribute('data-too-large');
      input.setAttribute('aria-invalid', large ? 'true' : 'false');
      return !large;
    };
    input.addEventListener('change', tell);
    ['dragenter', 'dragover'].forEach(function (name) {
      drop.addEventListener(name, function (event) { event.preventDefault(); drop.classList.add('is-over'); });
    });
    ['dragleave', 'drop'].forEach(function (name) {
      drop.addEventListener(name, function () { drop.classList.remove('is-over'); });
    });
    drop.addEventListener('drop', function (event) {
      event.preventDefault();
      if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; tell(); }
    });
    form.addEventListener('submit', function (event) {
      if (!tell()) { event.preventDefault(); input.focus(); return; }
      button.textContent = form.getAttribute('data-sending');
      button.setAttribute('aria-disabled', 'true');
    });
    window.addEventListener('pageshow', function () { button.textContent = sending; button.removeAttribute('aria-disabled'); });
  }

  // ---- a file that is being read or written: ask how far, show the page anew when that is over
  var wait = document.querySelector('[data-file-job]');
  if (wait) {
    var bar = wait.querySelector('progress');
    var line = wait.querySelector('[data-line]');
    var ask = function () {
      fetch(wait.getAttribute('data-file-job'), { headers: { Accept: 'application/json' } })
        .then(function (answer) { return answer.ok ? answer.json() : Promise.reject(new Error(answer.status)); })
        .then(function (now) {
          if (now.state !== wait.getAttribute('data-state')) { window.location.reload(); return; }
          if (now.state === 'writing' && now.total) {
            bar.max = now.total;
            bar.value = now.done;
            line.textContent = fill(wait.getAttribute('data-text'), { done: number(now.done), total: number(now.total) });
          }
          setTimeout(ask, 1000);
        })
        .catch(function () { setTimeout(ask, 4000); });
    };
    setTimeout(ask, 700);
  }

  // ---- the preview: the button says how many questions it brings in
  var bring = document.querySelector('[data-bring-in]');
  if (bring) {
    var go = bring.querySelector('[data-go]');
    bring.addEventListener('change', function (event) {
      if (event.target.name !== 'skip') return;
      var left = Number(bring.getAttribute('data-count')) - bring.querySelectorAll('input[name="skip"]:checked').length;
      go.textContent = fill(bring.getAttribute('data-words'), { n: number(left) });
    });
  }
})();
