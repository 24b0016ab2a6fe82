/* Sends the chat's forms in the background. Without it they work as plain forms. */
(function () {
  "use strict";
  var page = document.getElementById("page"), live = document.getElementById("live"), pending = false;
  if (!window.fetch || !window.URLSearchParams || !window.FormData || !page) { return; }

  function speak(text) {
    live.textContent = "";
    window.setTimeout(function () { live.textContent = text; }, 50);
  }

  function put(html) {
    page.innerHTML = html;
    var main = document.getElementById("main"), notice = page.querySelector("[data-notice]");
    var heading = document.getElementById("heading"), lang = main.getAttribute("data-lang");
    if (lang) { document.documentElement.lang = lang; }
    window.scrollTo(0, 0);
    if (heading) { heading.focus({ preventScroll: true }); }
    if (notice) { speak(notice.textContent.trim()); }
    offerCopy();
  }

  /* Without a clipboard the button stays hidden: the receipt can be marked and copied by hand. */
  function offerCopy() {
    var button = page.querySelector("[data-copy]");
    if (!button || !navigator.clipboard) { return; }
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(button.getAttribute("data-copy")).then(function () {
        button.textContent = button.getAttribute("data-done");
        speak(button.textContent);
      }, function () { button.hidden = true; });
    });
  }
  offerCopy();

  function warn(text) {
    var main = document.getElementById("main"), old = page.querySelector("[data-warning]");
    if (old) { old.parentNode.removeChild(old); }
    var box = document.createElement("div");
    box.className = "notice warning";
    box.setAttribute("data-warning", "");
    box.textContent = text;
    main.insertBefore(box, main.firstChild);
    window.scrollTo(0, 0);
    speak(text);
  }

  function settle(button) {
    pending = false;
    page.removeAttribute("aria-busy");
    if (button) { button.classList.remove("pressed"); }
  }

  function send(form, button) {
    var body = new URLSearchParams(), main = document.getElementById("main");
    new FormData(form).forEach(function (value, name) { body.append(name, value); });
    if (button && button.name) { body.append(button.name, button.value); }
    pending = true;
    page.setAttribute("aria-busy", "true");
    if (button) { button.classList.add("pressed"); }
    var slow = window.setTimeout(function () { speak(main.getAttribute("data-sending")); }, 1500);
    fetch(form.getAttribute("action"), {
      method: "POST", body: body, credentials: "same-origin", headers: { "X-Fragment": "1" }
    }).then(function (answer) {
      if (!answer.headers.get("X-Fragment")) { window.location.assign("/"); return null; }
      return answer.text().then(put);
    }).catch(function () {
      warn(main.getAttribute("data-offline"));
    }).then(function () {
      window.clearTimeout(slow);
      settle(button);
    });
  }

  page.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.hasAttribute("data-swap")) { return; }
    event.preventDefault();
    if (!pending) { send(form, event.submitter || clicked); clicked = null; }
  });

  /* Older browsers do not tell which button sent the form. */
  var clicked = null;
  page.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("button");
    clicked = button || null;
  });

  /* A page that the browser kept alive may show what was answered before. */
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) { window.location.reload(); }
  });
}());
