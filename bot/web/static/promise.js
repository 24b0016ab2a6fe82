/* Reads a promise from behind the «#» of its address, which no server gets, and makes its file. */
(function () {
  "use strict";
  var SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  var main = document.getElementById("main"), found = window.location.hash.slice(1);
  if (!main || !found) { return; }
  /* A history is kept and synchronised: the promise must not stay in it. */
  window.history.replaceState(null, "", window.location.pathname + window.location.search);

  function all(mark, act) {
    Array.prototype.forEach.call(document.querySelectorAll("[data-" + mark + "]"), act);
  }

  function bytesOf(text) {
    var raw = window.atob(text.replace(/-/g, "+").replace(/_/g, "/")), bytes = [];
    for (var at = 0; at < raw.length; at += 1) { bytes.push(raw.charCodeAt(at)); }
    return bytes;
  }

  function codeOf(bytes) {
    var code = "", held = 0, bits = 0;
    bytes.forEach(function (byte) {
      held = held * 256 + byte;
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        code += SIGNS[Math.floor(held / Math.pow(2, bits))];
        held %= Math.pow(2, bits);
      }
    });
    return code;
  }

  /* SHA-256 (FIPS 180-4) of ASCII: browsers have theirs behind https alone. */
  function digestOf(text) {
    var primes = [], k = [], hash = [], number, at, round;
    function fraction(value) { return ((value - Math.floor(value)) * 0x100000000) | 0; }
    for (number = 2; primes.length < 64; number += 1) {
      if (primes.every(function (prime) { return number % prime; })) {
        if (primes.length < 8) { hash.push(fraction(Math.sqrt(number))); }
        k.push(fraction(Math.pow(number, 1 / 3)));
        primes.push(number);
      }
    }
    function turn(word, by) { return (word >>> by) | (word << (32 - by)); }
    var length = ((text.length + 8) >> 6) * 16 + 16, words = [];
    for (at = 0; at < length; at += 1) { words.push(0); }
    for (at = 0; at < text.length; at += 1) {
      words[at >> 2] |= text.charCodeAt(at) << (24 - at % 4 * 8);
    }
    words[text.length >> 2] |= 0x80 << (24 - text.length % 4 * 8);
    words[length - 1] = text.length * 8;
    for (at = 0; at < length; at += 16) {
      var w = words.slice(at, at + 16), v = hash.slice(0), one, two;
      for (round = 0; round < 64; round += 1) {
        if (round > 15) {
          one = turn(w[round - 15], 7) ^ turn(w[round - 15], 18) ^ (w[round - 15] >>> 3);
          two = turn(w[round - 2], 17) ^ turn(w[round - 2], 19) ^ (w[round - 2] >>> 10);
          w.push((w[round - 16] + one + w[round - 7] + two) | 0);
        }
        one = (v[7] + (turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25))
          + ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[round] + w[round]) | 0;
        two = ((turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22))
          + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]))) | 0;
        v = [(one + two) | 0, v[0], v[1], v[2], (v[3] + one) | 0, v[4], v[5], v[6]];
      }
      hash = hash.map(function (word, place) { return (word + v[place]) | 0; });
    }
    return hash.map(function (word) {
      return ("0000000" + (word >>> 0).toString(16)).slice(-8);
    }).join("");
  }

  function noteOf(code, due, signed) {
    var campaign = main.getAttribute("data-campaign"), log = main.getAttribute("data-log");
    var label = digestOf("minping/receipt/" + campaign + "/" + code);
    var text = ["minping-promise/1", log, campaign, label, due, "", ""].join("\n");
    return text + "\u2014 " + main.getAttribute("data-gate") + " " + signed + "\n";
  }

  function show(bytes) {
    var code = codeOf(bytes.slice(5, 15)), due = 0;
    bytes.slice(15, 19).forEach(function (byte) { due = due * 256 + byte; });
    var parts = bytes.slice(1, 5).concat(bytes.slice(19));
    var signed = window.btoa(String.fromCharCode.apply(null, parts));
    all("none", function (part) { part.hidden = true; });
    if (String(due) !== main.getAttribute("data-due")) {
      all("other", function (part) { part.hidden = false; });
      return;
    }
    var note = noteOf(code, due, signed);
    all("code-field", function (field) { field.value = code; });
    all("code", function (part) { part.textContent = code.match(/.{4}/g).join("-"); });
    all("note", function (part) { part.textContent = note; });
    all("file", function (link) {
      link.href = window.URL.createObjectURL(new Blob([note], { type: "text/plain" }));
    });
    all("found", function (part) { part.hidden = false; });
    Array.prototype.forEach.call(document.querySelectorAll(".languages a"), function (link) {
      link.href = link.getAttribute("href") + "#" + found;
    });
  }

  var bytes = [];
  try {
    bytes = found.length === Number(main.getAttribute("data-length")) ? bytesOf(found) : [];
  } catch (unreadable) { bytes = []; }
  if (bytes.length === 83 && bytes[0] === 1) { show(bytes); }
}());
