// What an artist would write with @saintno/comfyui-sdk. Prints what came of it.
import { readFileSync } from "node:fs";
import { CallWrapper, ComfyApi, PromptBuilder } from "@saintno/comfyui-sdk";

const [address, picture, workflow] = process.argv.slice(2);
const api = new ComfyApi(address, undefined, {
  credentials: { type: "bearer_token", token: process.env.TOKEN },
});
api.on("auth_error", () => {
  console.error("the token is refused");
  process.exit(1);
});
await api.init().waitForReady();

const own = [];
function run(graph) {
  const prompt = new PromptBuilder(graph, [], ["images"]).setOutputNode("images", "2");
  return new Promise((resolve, reject) => {
    const call = new CallWrapper(api, prompt);
    call.onPending((id) => own.push(id)).onFinished(resolve).onFailed(reject).run();
  });
}
async function shown(output) {
  const picture = await api.getImage(output.images.images[0]);
  return Buffer.from(await picture.arrayBuffer()).toString("base64");
}

const graph = JSON.parse(workflow);
const made = await shown(await run(graph));
const { info } = await api.uploadImage(readFileSync(picture), "sent.png", { subfolder: "sent", override: true });
const loaded = { class_type: "LoadImage", inputs: { image: `${info.subfolder}/${info.filename}` } };
const again = await shown(await run({ ...graph, 1: loaded }));
const listed = Object.keys(await api.getHistories());
api.destroy();
console.log(JSON.stringify({ made, again, own, listed }));
