/* Progress that moves, previews while typing and copy buttons. Every page works without it. */
(function () {
  "use strict";
  var token = document.querySelector("[data-fragment]");
  if (token && window.location.hash) {
    token.value = window.location.hash.slice(1);
    window.history.replaceState(null, "", window.location.pathname + window.location.search);
  }
  var live_part = document.querySelector("[data-live]");
  if (live_part && window.EventSource) {
    new EventSource(live_part.getAttribute("data-live")).onmessage = function (message) {
      live_part.innerHTML = message.data;
    };
  }
  Array.prototype.forEach.call(document.querySelectorAll("[data-preview]"), function (field) {
    var mock = document.getElementById(field.getAttribute("data-preview"));
    field.addEventListener("input", function () { mock.textContent = field.value; });
  });
  if (!navigator.clipboard) { return; }
  var buttons = document.querySelectorAll("[data-copy]"), live = document.getElementById("live");
  Array.prototype.forEach.call(buttons, function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var field = button.parentNode.querySelector("input");
      navigator.clipboard.writeText(field.value).then(function () {
        field.select();
        live.textContent = button.getAttribute("data-copied");
        button.textContent = button.getAttribute("data-copied");
      });
    });
  });
}());
