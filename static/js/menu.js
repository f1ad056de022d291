// The account menu is a <details>; this only adds what people expect of a menu: Escape and a tap outside close it.
(function () {
  'use strict';
  var menus = document.querySelectorAll('details[data-menu]');

  document.addEventListener('click', function (event) {
    menus.forEach(function (menu) {
      if (menu.open && !menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener('keydown', function (event) {
    if (event.key !== 'Escape') return;
    menus.forEach(function (menu) {
      if (!menu.open) return;
      menu.open = false;
      menu.querySelector('summary').focus();
    });
  });
})();
