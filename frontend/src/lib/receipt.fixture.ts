import { createHash } from "node:crypto";
import type { Receipt, ReceiptNode } from "./api.gen";

const none = `0x${"0".repeat(64)}`;
const hex = (n: number, bytes: number) => `0x${n.toString(16).padStart(bytes * 2, "0")}`;

/**
 * A receipt, for tests, whose digest really is that of its response: settled in
 * one transaction, which the creator sent.
 */
export function receiptOf(text: string): Receipt {
  const response = JSON.stringify({
    choices: [{ message: { role: "assistant", content: text }, finish_reason: "stop" }],
  });
  const salt = hex(99, 32);
  const result = `0x${createHash("sha256")
    .update(Buffer.from(salt.slice(2), "hex"))
    .update(response)
    .digest("hex")}`;
  const node = (i: number): ReceiptNode => ({
    address: hex(0xa0 + i, 20),
    commitment: hex(10 + i, 32),
    commit_tx: none,
    kind: 1,
    result,
    nonce: hex(30 + i, 32),
    ciphertext_hash: hex(40 + i, 32),
    reveal_tx: hex(3, 32),
    agrees: true,
    paid: ["3960000000000000000", "3564000000000000000", "2376000000000000000"][i] ?? "0",
    slashed: false,
  });
  return {
    version: 2,
    chain_id: 1337,
    task_contract: hex(0xaa, 20),
    task_id: 7,
    task_key: hex(7, 32),
    type: 1,
    model: "helium/demo",
    creator: hex(0xcc, 20),
    args_hash: hex(8, 32),
    class_id: hex(9, 32),
    class: { card: "NVIDIA GeForce RTX 4070", vram_gb: 12, runtime: "cuda/0.4.0" },
    fee: "10000000000000000000",
    refunded: "0",
    rewards: "100000000000000000",
    create_tx: hex(1, 32),
    draw_tx: hex(1, 32),
    settle_tx: hex(3, 32),
    settled_by: hex(0xcc, 20),
    fast: true,
    settle_block: 42,
    created_at: 1_790_000_000,
    settled_at: 1_790_000_003,
    outcome: 1,
    kind: 1,
    result,
    salt,
    response,
    nodes: [node(0), node(1), node(2)],
  };
}

/** The same, settled by the court: one machine was silent, and the second of the others ended it. */
export function courtReceiptOf(text: string): Receipt {
  const r = receiptOf(text);
  r.fast = false;
  r.settled_by = r.nodes[1].address;
  r.nodes.forEach((n, i) => {
    n.commit_tx = hex(20 + i, 32);
    n.reveal_tx = hex(50 + i, 32);
  });
  const silent = r.nodes[2];
  r.nodes[2] = { ...silent, commit_tx: none, reveal_tx: none, commitment: none, kind: 0, result: "0x", nonce: none };
  r.nodes[2] = { ...r.nodes[2], ciphertext_hash: none, agrees: false, paid: "0" };
  return r;
}

/** One that was never drawn: it lost its place in the queue, and everything came back. */
export function evictedReceiptOf(): Receipt {
  const r = receiptOf("");
  const nobody = { address: hex(0, 20), commitment: none, commit_tx: none, kind: 0, result: "0x", nonce: none };
  const unseated = (): ReceiptNode => ({
    ...nobody,
    ciphertext_hash: none,
    reveal_tx: none,
    agrees: false,
    paid: "0",
    slashed: false,
  });
  const { response: _, ...rest } = r;
  return {
    ...rest,
    fast: false,
    outcome: 7,
    kind: 0,
    result: "0x",
    draw_tx: none,
    task_key: none,
    class_id: none,
    class: { card: "", vram_gb: 0, runtime: "" },
    refunded: r.fee,
    rewards: "0",
    settled_by: hex(0xdd, 20),
    nodes: [unseated(), unseated(), unseated()],
  };
}
