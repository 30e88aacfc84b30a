// What an artist would write with @stable-canvas/comfyui-client. Prints what came of it.
import { openAsBlob } from "node:fs";
import { Client, Workflow } from "@stable-canvas/comfyui-client";

const [address, picture, graph] = process.argv.slice(2);
const client = new Client({ api_host: new URL(address).host });
await client.connect();

const own = [];
async function run(node) {
  const workflow = new Workflow();
  const [images] = node(workflow.classes);
  workflow.classes.SaveImage({ ...JSON.parse(graph)[2].inputs, images });
  const invoked = workflow.instance(client);
  await invoked.enqueue();
  own.push(invoked.task_id);
  const { images: [made] } = await invoked.wait();
  const answer = await fetch(made.data);
  return Buffer.from(await answer.arrayBuffer()).toString("base64");
}

const made = await run((nodes) => nodes.EmptyImage(JSON.parse(graph)[1].inputs));
const form = new FormData();
form.append("image", await openAsBlob(picture), "sent.png");
form.append("overwrite", "true");
const sent = await (await client.fetchApi("/upload/image", { method: "POST", body: form })).json();
const again = await run((nodes) => nodes.LoadImage({ image: sent.name }));
const { History: history } = await client.getHistory();
const listed = history.map((entry) => entry.prompt[1]);
client.close();
console.log(JSON.stringify({ made, again, own, listed }));
