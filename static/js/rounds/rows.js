// Adding and removing rows in place: the same form is posted and one section of the answer is taken.
// Without this file the button loads the whole page.
(function () {
  'use strict';
  var form = document.querySelector('.round-form');
  if (!form || !window.fetch || !window.URLSearchParams) return;
  var busy = false;

  function body(button) {
    var fields = new URLSearchParams();
    new FormData(form).forEach(function (value, name) { if (typeof value === 'string') fields.append(name, value); });
    fields.append(button.name, button.value);
    return fields;
  }

  function take(page, button) {
    var id = button.getAttribute('data-rows');
    // The first group takes everybody's paper over, the last one gives it back.
    (id === 'groups' ? ['groups', 'paper', 'prizes'] : [id]).forEach(function (one) {
      var fresh = page.getElementById(one);
      var old = document.getElementById(one);
      if (!fresh || !old) return;
      fresh = document.importNode(fresh, true);
      old.replaceWith(fresh);
      fresh.dispatchEvent(new CustomEvent('rows', { bubbles: true }));
    });
    var section = document.getElementById(id);
    var cards = section.querySelectorAll('.row-card');
    var last = cards[cards.length - 1];
    var target = button.name === 'add' && last ? last.querySelector('input') : section;
    target.focus();
  }

  form.addEventListener('click', function (event) {
    var button = event.target.closest('button[data-rows]');
    if (!button) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    fetch(form.action, { method: 'POST', body: body(button), credentials: 'same-origin' })
      .then(function (answer) { if (!answer.ok) throw new Error(answer.status); return answer.text(); })
      .then(function (text) { take(new DOMParser().parseFromString(text, 'text/html'), button); busy = false; })
      .catch(function () { // the page says what is wrong
        busy = false;
        var sent = document.createElement('input');
        sent.type = 'hidden';
        sent.name = button.name;
        sent.value = button.value;
        form.appendChild(sent);
        form.submit();
      });
  });
})();
