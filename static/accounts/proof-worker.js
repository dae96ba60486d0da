// ALTCHA, version 1: find the number whose hash with the salt is the challenge.
"use strict";
self.addEventListener("message", async (event) => {
  const { algorithm, challenge, salt, maxNumber } = event.data;
  const encoder = new TextEncoder();
  const wanted = challenge.match(/../g).map((pair) => parseInt(pair, 16));
  const matches = (hash) => wanted.every((byte, index) => byte === hash[index]);
  for (let first = 0; first <= maxNumber; first += 500) {
    const numbers = Array.from({ length: Math.min(500, maxNumber - first + 1) }, (_, index) => first + index);
    const hashes = await Promise.all(
      numbers.map((number) => crypto.subtle.digest(algorithm, encoder.encode(salt + number)))
    );
    const found = hashes.findIndex((hash) => matches(new Uint8Array(hash)));
    if (found >= 0) {
      self.postMessage(first + found);
      return;
    }
  }
  self.postMessage(null);
});
