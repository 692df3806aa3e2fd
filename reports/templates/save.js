"use strict";
// Saves the data embedded in the page: everything as JSON, the scores as CSV.
(() => {
  const block = document.getElementById("report-data");
  if (!block) return;

  const field = (value) => {
    if (value === null || value === undefined) return "";
    if (typeof value !== "string") return String(value);
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;      // a spreadsheet would evaluate it
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const csv = ({ run, classes, results }) => {
    const names = new Map(classes.map((entry) => [entry.label, entry.name]));
    const seeds = run.seeds.map((seed) => `seed ${seed}`);
    const rows = results.map((r) => [
      r.configuration, names.get(r.class), r.n_real, r.measure, r.mean, r.lo, r.hi, r.status, r.reason, ...r.values,
    ]);
    const head = ["config", "class", "n_real", "measure", "mean", "lo", "hi", "status", "reason", ...seeds];
    return [head, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
  };
  const files = {
    json: () => ["application/json", block.textContent],
    csv: () => ["text/csv", csv(JSON.parse(block.textContent))],
  };

  for (const button of document.querySelectorAll("[data-save]")) {
    button.addEventListener("click", () => {
      const kind = button.dataset.save;
      const [type, text] = files[kind]();
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
      link.download = `${block.dataset.file}.${kind}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    });
  }
})();
