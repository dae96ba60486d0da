// Sharing with what the device offers. Without this file, the links by mail and to other sites remain.
(() => {
  "use strict";
  for (const box of document.querySelectorAll("[data-share]")) {
    const native = box.querySelector("[data-share-native]");
    const copy = box.querySelector("[data-share-copy]");
    if (native && navigator.share) {
      native.parentElement.hidden = false;
      native.addEventListener("click", () => {
        navigator.share({ title: box.dataset.shareTitle, url: box.dataset.share }).catch(() => {});
      });
    }
    if (copy && navigator.clipboard) {
      copy.parentElement.hidden = false;
      copy.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(box.dataset.share);
          copy.parentElement.querySelector("[role=status]").textContent = copy.dataset.done;
        } catch { /* refused: the address bar still has it */ }
      });
    }
  }
})();
