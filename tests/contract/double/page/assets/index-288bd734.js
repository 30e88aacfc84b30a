// Makes one picture: POST /prompt, wait for its events on /ws, show the file from /view. All addresses are relative.
const client = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const form = document.querySelector("#workflow");
const button = document.querySelector("#queue");
const state = document.querySelector("#state");
let result = null; // there is no picture before the first one
const remaining = document.querySelector("#remaining");
let mine = null;
const early = new Map(); // answers may come before the id does

function say(words) {
  state.textContent = words;
}

function show(output) {
  const [image] = output.images;
  const query = new URLSearchParams({ filename: image.filename, subfolder: image.subfolder, type: image.type });
  if (!result) {
    result = document.createElement("img");
    form.parentElement.append(result);
  }
  result.src = `api/view?${query}&rand=${Math.random()}`;
  result.alt = image.filename;
}

function settle(type, data) {
  if (type === "executed" && data.output?.images) show(data.output);
  if (type === "execution_success") say("Done");
  if (type === "execution_error") say(`Failed: ${data.exception_message}`);
  if (type === "execution_interrupted") say("Interrupted");
  if (type === "execution_success" || type === "execution_error" || type === "execution_interrupted") button.disabled = false;
}

function hear({ type, data }) {
  if (type === "status") {
    remaining.textContent = String(data.status.exec_info.queue_remaining);
    if (data.sid) {
      button.disabled = false;
      say("Ready");
    }
    return;
  }
  if (!data.prompt_id) return;
  if (data.prompt_id === mine) settle(type, data);
  else early.set(data.prompt_id, [...(early.get(data.prompt_id) ?? []), [type, data]]);
}

function listen() {
  const address = new URL("ws", document.baseURI);
  address.protocol = address.protocol.replace("http", "ws");
  address.searchParams.set("clientId", client);
  const socket = new WebSocket(address);
  socket.addEventListener("open", () =>
    socket.send(JSON.stringify({ type: "feature_flags", data: { supports_preview_metadata: true } })),
  );
  socket.addEventListener("message", (event) => hear(JSON.parse(event.data)));
  socket.addEventListener("close", () => {
    button.disabled = true;
    say("Reconnecting…");
    setTimeout(listen, 300);
  });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  say("Working…");
  const color = Number.parseInt(form.elements.color.value.slice(1), 16);
  const prompt = {
    1: { class_type: "EmptyImage", inputs: { width: 64, height: 64, batch_size: 1, color } },
    2: { class_type: "SaveImage", inputs: { images: ["1", 0], filename_prefix: "ComfyUI" } },
  };
  const answer = await fetch("api/prompt", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ client_id: client, prompt }),
  });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    say(`Refused: ${told.error?.message ?? answer.status}`);
    button.disabled = false;
    return;
  }
  mine = told.prompt_id;
  for (const [type, data] of early.get(mine) ?? []) settle(type, data);
  early.clear();
});

listen();
