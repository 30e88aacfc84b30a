// What an artist would write with comfy-ui-client. Prints what came of it.
import { readFileSync } from "node:fs";
import { ComfyUIClient } from "comfy-ui-client";

const [address, picture, workflow] = process.argv.slice(2);
const client = new ComfyUIClient(new URL(address).host, crypto.randomUUID());
await client.connect();

async function run(graph) {
  const { 2: [made] } = await client.getImages(graph);
  return Buffer.from(await made.blob.arrayBuffer()).toString("base64");
}

const graph = JSON.parse(workflow);
const made = await run(graph);
const sent = await client.uploadImage(readFileSync(picture), "sent.png", true);
const again = await run({ ...graph, 1: { class_type: "LoadImage", inputs: { image: sent.name } } });
const listed = Object.keys(await client.getHistory());
await client.disconnect();
console.log(JSON.stringify({ made, again, own: listed, listed }));
