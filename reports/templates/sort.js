"use strict";
// Makes tables of class "scores" sortable: best first, then reversed. Rows without a number are last both ways.
(() => {
  const number = (row, column) => {
    const cell = row.children[column];
    return cell && !cell.hasAttribute("colspan") ? Number.parseFloat(cell.textContent.replace("\u2212", "-").replaceAll(",", "")) : NaN;
  };
  const name = (row) => row.children[0].textContent.trim();

  const sort = (table, column, up) => {
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [row, column ? number(row, column) : name(row)]);
    const known = rows.filter(([row, key]) => !Number.isNaN(key) && !row.querySelector("[colspan]"));
    const lost = rows.filter((entry) => !known.includes(entry));
    known.sort(([, a], [, b]) => (column ? a - b : a.localeCompare(b)) * (up ? 1 : -1));
    body.append(...[...known, ...lost].map(([row]) => row));
  };

  for (const table of document.querySelectorAll("table.scores")) {
    const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(head.firstChild);
      head.prepend(button);
      head.setAttribute("aria-sort", "none");
      const first = column && head.dataset.better !== "lower" ? "descending" : "ascending";
      const second = first === "ascending" ? "descending" : "ascending";
      button.addEventListener("click", () => {
        const order = head.getAttribute("aria-sort") === first ? second : first;
        for (const other of heads) other.setAttribute("aria-sort", other === head ? order : "none");
        sort(table, column, order === "ascending");
      });
    });
  }
})();
