// Draws what the server tells, as it tells it. Text is always set as text, never as HTML.
const copy = (id) => document.getElementById(id).content.cloneNode(true).firstElementChild;
const fill = (element, name, text) => {
  element.querySelector(`[data-${name}]`).textContent = text;
};

const severity = (score) => ["minimal", "mild", "moderate", "severe"][Math.min(3, Math.floor(score / 5))];

const drawPatient = ({ id, name, username, state, score }) => {
  const item = copy("patient");
  fill(item, "name", name);
  fill(item, "username", username);
  fill(item, "state", state);
  item.dataset.state = state;
  item.querySelector("form").action = `/patients/${id}/start`;
  item.querySelector("button").setAttribute("aria-label", `Fill in the GAD-7 as ${name}`);
  if (state === "done") {
    item.querySelector("[data-score]").hidden = false;
    fill(item, "score", score === null ? "No score" : `GAD-7: ${score} of 21, ${severity(score)} anxiety`);
  }
  return item;
};

const addPart = (parts, title, value) => {
  if (value === undefined || value === null) return;
  const heading = document.createElement("h3");
  heading.textContent = title;
  const text = document.createElement("pre");
  text.textContent = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  text.tabIndex = 0;
  parts.append(heading, text);
};

const drawStep = (step) => {
  const item = copy("step");
  fill(item, "number", step.number);
  fill(item, "title", step.title);
  fill(item, "way", `${step.way}, ${new Date(step.at).toLocaleTimeString()}`);
  fill(item, "response", step.response);
  const parts = item.querySelector("[data-parts]");
  const headers = Object.entries(step.requestHeaders ?? {}).map(([name, value]) => `\n${name}: ${value}`);
  addPart(parts, "Request", step.request + headers.join(""));
  addPart(parts, "Request body", step.requestBody);
  addPart(parts, "The token, decoded", step.token);
  addPart(parts, "Response", step.response);
  addPart(parts, "Response body", step.responseBody);
  return item;
};

const patientList = document.querySelector("[data-patients]");
const stepList = document.querySelector("[data-steps]");
const showPatients = (patients) => patientList?.replaceChildren(...patients.map(drawPatient));
const showEmpty = () =>
  document.querySelector("[data-empty]")?.toggleAttribute("hidden", stepList.childElementCount > 0);

const events = new EventSource("/events");
events.addEventListener("snapshot", ({ data }) => {
  const { patients, exchanges } = JSON.parse(data);
  showPatients(patients);
  stepList.replaceChildren(...exchanges.map(drawStep));
  showEmpty();
});
events.addEventListener("patients", ({ data }) => showPatients(JSON.parse(data)));
events.addEventListener("exchange", ({ data }) => {
  const step = drawStep(JSON.parse(data));
  step.classList.add("new");
  stepList.prepend(step);
  showEmpty();
});
