// The phone's view: the kernels come up as a sheet, their cells take the place of the window's numbers.

const $ = (selector) => document.querySelector(selector);

export function connectPhone(page) {
  const stage = $("#stage");
  const choose = (isOn) => {
    stage.classList.toggle("is-choosing", isOn);
    $("#thumb-kernel").setAttribute("aria-expanded", String(isOn));
  };
  $("#thumb-kernel").addEventListener("click", (event) => {
    event.stopPropagation();
    choose(!stage.classList.contains("is-choosing"));
  });
  document.addEventListener("click", ({ target }) => target.closest("summary") || choose(false));
  addEventListener("keydown", ({ key }) => key === "Escape" && choose(false));
  const pencils = [$("#edit-cells"), $("#thumb-edit")];
  const edit = () => {
    const isOn = stage.classList.toggle("is-editing");
    for (const pencil of pencils) pencil.setAttribute("aria-pressed", String(isOn));
    page.redraw();
  };
  for (const pencil of pencils) pencil.addEventListener("click", edit);
  $("#thumb-camera").addEventListener("click", () => $("#live").click());
}
