// A form open to everybody: solve its small proof of work in a worker while the person types.
// Without JavaScript the field stays empty and the form works all the same.
(() => {
  "use strict";
  if (!window.Worker || !window.crypto || !window.crypto.subtle) return;
  for (const input of document.querySelectorAll("input[data-proof]")) {
    if (!input.form || input.dataset.proofStarted) continue;
    input.dataset.proofStarted = "yes";
    const start = () => {
      input.form.removeEventListener("focusin", start);
      const challenge = JSON.parse(input.dataset.proof);
      const worker = new Worker(input.dataset.proofWorker);
      worker.addEventListener("message", (event) => {
        if (typeof event.data === "number") {
          const { algorithm, challenge: hash, salt, signature } = challenge;
          input.value = btoa(JSON.stringify({ algorithm, challenge: hash, number: event.data, salt, signature }));
        }
        worker.terminate();
      });
      worker.postMessage(challenge);
    };
    input.form.addEventListener("focusin", start);
  }
})();
