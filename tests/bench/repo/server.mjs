// automerge-repo with its own websocket adapter, as its documentation has a server: what we are measured against.
import http from "node:http";
import { Repo } from "@automerge/automerge-repo";
import { WebSocketServerAdapter } from "@automerge/automerge-repo-network-websocket";
import { NodeFSStorageAdapter } from "@automerge/automerge-repo-storage-nodefs";
import { WebSocketServer } from "ws";

const [port, folder] = process.argv.slice(2);
const sockets = new WebSocketServer({ noServer: true });
const storage = folder ? new NodeFSStorageAdapter(folder) : undefined;
new Repo({
  network: [new WebSocketServerAdapter(sockets)],
  storage,
  peerId: "server",
  sharePolicy: async () => false,
});
const server = http.createServer((_, answer) => answer.end("ok"));
server.on("upgrade", (request, socket, head) =>
  sockets.handleUpgrade(request, socket, head, (one) => sockets.emit("connection", one, request)),
);
server.listen(Number(port), "127.0.0.1");
