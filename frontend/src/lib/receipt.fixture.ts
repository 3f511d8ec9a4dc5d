import { createHash } from "node:crypto";
import type { Receipt, ReceiptNode } from "./api.gen";

const hex = (n: number, bytes: number) => `0x${n.toString(16).padStart(bytes * 2, "0")}`;

/** A receipt, for tests, whose digest really is that of its response. */
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
    commit_tx: hex(20 + i, 32),
    kind: 1,
    result,
    nonce: hex(30 + i, 32),
    ciphertext_hash: hex(40 + i, 32),
    reveal_tx: hex(50 + i, 32),
    agrees: true,
    paid: "16666666666666666666",
    slashed: false,
  });
  return {
    version: 1,
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
    fee: "50000000000000000000",
    refunded: "2",
    create_tx: hex(1, 32),
    draw_tx: hex(1, 32),
    settle_tx: hex(3, 32),
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
