/* Copy buttons of the administrators' pages. Without them the addresses can be marked by hand. */
(function () {
  "use strict";
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
