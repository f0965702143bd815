/** The input for files: each is uploaded when it is chosen, and the app is told of it when the form is sent. */

import { el, fill, freshId } from "./dom.js";
import { sizeOf } from "./files.js";
import { iconButton } from "./parts.js";
import { icon } from "./icons.js";

const MOST = 10;

export function fileField(node, element, scene, { label, changed }) {
  const kinds = element.filetypes ?? [];
  const most = element.max_files ?? MOST;
  let files = [];
  const list = el("ul", { class: "chosen-files" });
  const said = el("small", { class: "file-trouble", role: "alert" });
  const control = el("input", {
    id: freshId("file"),
    class: "file-input",
    type: "file",
    "aria-label": label,
    accept: kinds.map((kind) => `.${kind}`).join(",") || undefined,
    multiple: most > 1,
    onchange: () => upload([...control.files]),
  });
  const choose = el("span", { class: "button choose-file", "aria-hidden": "true" }, icon("file"), "Choose a file");
  const box = el("label", { class: "file-drop" }, control, choose);

  const draw = () => {
    fill(
      list,
      files.map((file) =>
        el(
          "li",
          {},
          icon("file"),
          el("span", { class: "file-words" }, el("strong", {}, file.name), el("small", {}, sizeOf(file.size))),
          iconButton("close", `Remove ${file.name}`, () => ((files = files.filter((one) => one !== file)), draw())),
        ),
      ),
    );
    box.hidden = files.length >= most;
  };
  const upload = async (chosen) => {
    said.textContent = "";
    control.disabled = true;
    for (const file of chosen.slice(0, most - files.length)) {
      const answer = await scene.store.upload(file);
      if (answer.error) said.textContent = answer.error;
      else files = [...files, answer];
    }
    control.value = "";
    control.disabled = false;
    draw();
    changed("chosen");
  };
  fill(node, list, box, said);
  draw();
  return {
    control,
    state: () => ({ type: element.type, files }),
    snapshot: () => files,
    restore: (kept) => ((files = kept), draw()),
  };
}
