// Made by `npm run types` from the Go types of app/api, backend/bridge and backend/protocol. Do not edit.

/**
 * What the pages are sent.
 */
export interface Pages {
  state: State;
  estimate: Estimate;
  receipt: Receipt;
  draft: DraftPhrase;
  create: CreateWallet;
  import: ImportWallet;
  network: ChooseNetwork;
  models: ModelList;
  model_preview: ModelPreview;
  model_limit: LimitPreview;
  model_folder: FolderPreview;
}
/**
 * State is everything a screen shows.
 */
export interface State {
  /**
   * Version of the program.
   */
  version: string;
  now: string;
  node: Node;
  wallet: Wallet;
  hardware: Hardware;
  engine: Engine;
  network: Network;
  earnings: Earnings;
  task?: Task;
  /**
   * Recent holds the last tasks, newest first, 20 at most.
   */
  recent: TaskRecord[];
  models: Models;
  when: When;
  setup?: Setup;
}
/**
 * Node is where the node stands.
 */
export interface Node {
  status: "starting" | "stopped" | "joining" | "running" | "working" | "pausing" | "paused" | "stopping" | "blocked";
  /**
   * Chain is the status the contract has: quit, available, busy, …
   */
  chain: string;
  reason?: Reason;
  pause?: Pause;
  stake: string;
  /**
   * StakeNeeded is what joining takes.
   */
  stake_needed: string;
  /**
   * StakeFrom is when the stake of a node that has left comes back, where it
   * does not at once.
   */
  stake_from?: string;
  /**
   * Score of the last task, 0 to 20; nil before the first.
   */
  score?: number;
  /**
   * Kept: what the person last asked for, true for start; survives a restart.
   */
  want_running: boolean;
  /**
   * Progress is a step that takes long, in words, while there is one.
   */
  progress?: string;
}
/**
 * Reason is what a person sees when something is in the way: what it is, what it means, and the one thing to do about it.
 */
export interface Reason {
  /**
   * Code is stable and for programs: lower case words joined by underscores.
   */
  code: string;
  title: string;
  detail: string;
  /**
   * Action names what a person can do; empty when waiting is all there is.
   */
  action?: string;
}
/**
 * Pause says for what the node makes room, by itself or for a while.
 */
export interface Pause {
  reason: "asked" | "hot" | "fullscreen" | "program" | "graphics" | "battery" | "person" | "hours";
  facts: Facts;
  since: string;
  /**
   * Over: its reason has ended, and the node waits until Until.
   */
  over: boolean;
  /**
   * Until is when it ends, where that is known.
   */
  until?: string;
  /**
   * LingerSeconds is how long the node waits once the reason has ended.
   */
  linger_seconds: number;
  /**
   * CanStart: resume ends it.
   */
  can_start: boolean;
}
/**
 * Facts of a reason, of which each rule knows some.
 */
export interface Facts {
  /**
   * Program that needs the computer; empty where it isn't known.
   */
  program?: string;
  /**
   * Percent of the card that it takes, or that the battery holds.
   */
  percent?: number;
  /**
   * Sensor that is too hot, with its temperature, and the one to cool down to.
   */
  sensor?: string;
  celsius?: number;
  cool_to?: number;
}
/**
 * Wallet is the node's account.
 */
export interface Wallet {
  /**
   * Address with checksum; empty until the wallet is made.
   */
  address: string;
  balance: string;
  /**
   * Gas is the chain's own coin, in its smallest unit.
   */
  gas: string;
  /**
   * PassphraseIn is "keychain", "file" or, where its owner keeps it, "owner".
   */
  passphrase_in: string;
  /**
   * Notice explains a file fallback to the person; empty for the keychain.
   */
  notice?: string;
}
/**
 * Hardware is what the node runs tasks on.
 */
export interface Hardware {
  /**
   * Name of the card, or of the processor where there is none that can be used.
   */
  name: string;
  /**
   * Kind is "gpu" or "cpu".
   */
  kind: string;
  vram_gb: number;
  /**
   * Backend is "metal", "cuda", "cuda12", "vulkan" or "cpu"; Why says how it was chosen.
   */
  backend: string;
  runtime: string;
  why: string;
}
/**
 * Engine is the child process that does the work.
 */
export interface Engine {
  /**
   * Status is "stopped", "starting", "ready", "busy" or "failed".
   */
  status: string;
  /**
   * Model that is loaded, if any, and the models that can be run.
   */
  model: string;
  models: string[];
  /**
   * Restarts since the agent started.
   */
  restarts: number;
}
/**
 * Network is the one the node is on.
 */
export interface Network {
  name: string;
  chain_id: number;
  connected: boolean;
  head: number;
  /**
   * ChatURL opens the chat page, where the network has one that the agent knows of.
   */
  chat_url?: string;
  /**
   * HasFaucet says that the network gives test tokens.
   */
  has_faucet: boolean;
}
/**
 * Earnings of this node.
 */
export interface Earnings {
  today: string;
  week: string;
  total: string;
  /**
   * Credited is at the contract and can be withdrawn.
   */
  credited: string;
  tasks_today: number;
  tasks_total: number;
}
/**
 * Task is what the node works on now.
 */
export interface Task {
  id: number;
  model: string;
  /**
   * Stage is the state of the node's own table: fetching, running, committed, revealed, …
   */
  stage: string;
  /**
   * Tokens of a text so far; of images, the one at work, counted from 1, and the
   * steps of it that are done. All are 0 before the first.
   */
  tokens: number;
  image: number;
  images: number;
  step: number;
  steps: number;
  started_at: string;
}
/**
 * TaskRecord is a task that is over.
 */
export interface TaskRecord {
  id: number;
  model: string;
  outcome: string;
  paid: string;
  slashed: boolean;
  ended_at: string;
}
/**
 * Models is what happens with the models.
 */
export interface Models {
  /**
   * Revision is another one whenever Models would return something else.
   */
  revision: number;
  downloads: ModelDownload[];
  leaving: LeavingModel[];
  move?: ModelMove;
}
/**
 * ModelDownload is a model on its way.
 */
export interface ModelDownload {
  id: string;
  status: "queued" | "fetching" | "paused" | "stuck" | "failed";
  progress: ModelProgress;
  reason?: Reason1;
}
/**
 * ModelProgress is how far bytes have come.
 */
export interface ModelProgress {
  /**
   * Stage is "waiting" for another program, "fetching", "moving" or "checking"; empty
   * before the first.
   */
  stage: string;
  done: number;
  /**
   * Total is 0 while it is unknown.
   */
  total: number;
  bytes_per_second: number;
  /**
   * SecondsLeft at the present speed; 0 while it is unknown.
   */
  seconds_left: number;
}
/**
 * Reason says why it is stuck or has failed.
 */
export interface Reason1 {
  /**
   * Code is stable and for programs: lower case words joined by underscores.
   */
  code: string;
  title: string;
  detail: string;
  /**
   * Action names what a person can do; empty when waiting is all there is.
   */
  action?: string;
}
/**
 * LeavingModel is a model that is to go.
 */
export interface LeavingModel {
  id: string;
  /**
   * Stage is "tells" until the network knows and no task works with it, and then
   * "removes". Until then KeepModel takes it back.
   */
  stage: string;
  reason?: Reason2;
}
/**
 * Reason says why it is still here, where that is not only a matter of time.
 */
export interface Reason2 {
  /**
   * Code is stable and for programs: lower case words joined by underscores.
   */
  code: string;
  title: string;
  detail: string;
  /**
   * Action names what a person can do; empty when waiting is all there is.
   */
  action?: string;
}
/**
 * Move to another folder, while there is one.
 */
export interface ModelMove {
  from: string;
  to: string;
  /**
   * Stage is "copies" while the old folder is in use, "clears" once the new one is,
   * "undoes" when it was taken back.
   */
  stage: string;
  progress: ModelProgress;
  reason?: Reason3;
}
/**
 * Reason is what a person sees when something is in the way: what it is, what it means, and the one thing to do about it.
 */
export interface Reason3 {
  /**
   * Code is stable and for programs: lower case words joined by underscores.
   */
  code: string;
  title: string;
  detail: string;
  /**
   * Action names what a person can do; empty when waiting is all there is.
   */
  action?: string;
}
/**
 * When holds the owner's choices of when to work.
 */
export interface When {
  settings: Settings;
  /**
   * Unread are the reasons that can't be told here, because what they hang on
   * can't be read.
   */
  unread: Unread[];
}
/**
 * Settings are the owner's choices of when to work.
 */
export interface Settings {
  fullscreen: FullscreenRule;
  /**
   * Programs that come first while they run, by the name of their file, in
   * whatever case: "blender", "obs64.exe".
   */
  programs: string[];
  graphics: GraphicsRule;
  battery: BatteryRule;
  heat: HeatRule;
  hours: HoursRule;
  person: PersonRule;
  /**
   * Finish is what becomes of the task in work when a program of the owner's
   * needs the computer.
   */
  finish: string;
}
/**
 * FullscreenRule makes room for whatever fills the screen.
 */
export interface FullscreenRule {
  pause: boolean;
  /**
   * Except are programs for which it does not: a player of films, say.
   */
  except: string[];
}
/**
 * GraphicsRule makes room for other programs on the graphics card.
 */
export interface GraphicsRule {
  pause: boolean;
  /**
   * Percent of the card from which another program needs it.
   */
  percent: number;
}
/**
 * BatteryRule pauses while the computer runs on its battery.
 */
export interface BatteryRule {
  pause: boolean;
}
/**
 * HeatRule pauses while a part is too hot.
 */
export interface HeatRule {
  pause: boolean;
  /**
   * Celsius from which it is.
   */
  celsius: number;
}
/**
 * HoursRule limits work to hours of the day.
 */
export interface HoursRule {
  limit: boolean;
  /**
   * Days on which the hours begin: "mon" to "sun".
   */
  days: string[];
  /**
   * From and To are times of the local clock, "22:00"; a To before From is on
   * the next day.
   */
  from: string;
  to: string;
}
/**
 * PersonRule pauses while somebody uses the computer.
 */
export interface PersonRule {
  pause: boolean;
  /**
   * IdleMinutes without a key or the mouse are when nobody does.
   */
  idle_minutes: number;
}
/**
 * Unread is a reason that can't be told here, and why.
 */
export interface Unread {
  reason: "asked" | "hot" | "fullscreen" | "program" | "graphics" | "battery" | "person" | "hours";
  why: string;
}
/**
 * Setup is the first run; nil once it is over.
 */
export interface Setup {
  step: "computer" | "wallet" | "network" | "model" | "test" | "done";
  /**
   * Network is where the chosen network's profile comes from: "local", "kept", a
   * copy of a link's or a file's, or "given" by whoever started the agent; empty
   * before one is chosen.
   */
  network: string;
  /**
   * Models are those to begin with, the smallest first.
   */
  models: FirstModel[];
  /**
   * Model that was chosen; empty before.
   */
  model: string;
  download?: Download;
  reason?: Reason4;
}
/**
 * FirstModel is a model to begin with.
 */
export interface FirstModel {
  /**
   * ID as tasks name it.
   */
  id: string;
  /**
   * Bytes to fetch; 0 for the built-in model.
   */
  bytes: number;
  /**
   * Here says that it need not be fetched.
   */
  here: boolean;
  /**
   * Fits says that this computer has the memory for it.
   */
  fits: boolean;
  /**
   * Recommended is the one to begin with here.
   */
  recommended: boolean;
}
/**
 * Download of it, while there is one.
 */
export interface Download {
  /**
   * Stage is "waiting", "fetching" or "checking".
   */
  stage: string;
  done: number;
  /**
   * Total is 0 while it is unknown.
   */
  total: number;
  /**
   * SecondsLeft at the present speed; 0 while it is unknown.
   */
  seconds_left: number;
}
/**
 * Reason is what a person sees when something is in the way: what it is, what it means, and the one thing to do about it.
 */
export interface Reason4 {
  /**
   * Code is stable and for programs: lower case words joined by underscores.
   */
  code: string;
  title: string;
  detail: string;
  /**
   * Action names what a person can do; empty when waiting is all there is.
   */
  action?: string;
}
/**
 * Estimate is what a request costs, and when its task would start if it were sent now.
 */
export interface Estimate {
  model: string;
  /**
   * Units are blocks of 256 new tokens, or images of 512x512 and 25 steps.
   */
  units: number;
  /**
   * Seconds is the nominal time that the price follows.
   */
  seconds: number;
  fee: Amount;
  least_fee: Amount;
  value: Amount;
  /**
   * Start is "now", "queued", "full" (the queue takes it at a higher fee only) or
   * "never" (fewer than three nodes could run it).
   */
  start: string;
  /**
   * Waiting tasks are in the queue.
   */
  waiting: number;
  /**
   * Position is where this one would wait, from 1; left out when it would not.
   */
  position?: number;
  /**
   * WaitSeconds is roughly for how long it would.
   */
  wait_seconds?: number;
  fee_at_once?: Amount;
  fee_to_enter?: Amount;
  max_fee?: Amount;
  /**
   * MaxFeeOf is whose limit max_fee is: "request", "key" or "bridge".
   */
  max_fee_of?: string;
  /**
   * Allowed says that the fee is not over it.
   */
  allowed: boolean;
}
/**
 * Amount is a sum of money, for people and for programs.
 */
export interface Amount {
  /**
   * CNX is the exact amount in decimals: "0.25".
   */
  cnx: string;
  /**
   * Wei is the same in 10^-18 CNX.
   */
  wei: string;
}
/**
 * Receipt is what anybody can check against the chain, long after the task.
 */
export interface Receipt {
  version: number;
  chain_id: number;
  task_contract: string;
  task_id: number;
  task_key: string;
  type: number;
  model: string;
  creator: string;
  args_hash: string;
  class_id: string;
  class: GPUClass;
  fee: string;
  refunded: string;
  /**
   * Rewards went to who dispatched the task and who settled it.
   */
  rewards: string;
  create_tx: string;
  draw_tx: string;
  settle_tx: string;
  /**
   * SettledBy sent SettleTx.
   */
  settled_by: string;
  /**
   * Fast says that the three signed openings came in SettleTx alone; otherwise
   * the task was settled by the court.
   */
  fast: boolean;
  /**
   * SettleBlock is the block of SettleTx, CreatedAt and SettledAt are chain time in seconds.
   */
  settle_block: number;
  created_at: number;
  settled_at: number;
  outcome: number;
  kind: number;
  result: string;
  /**
   * Salt and Response let a holder show that a text is the one that a node has
   * opened: sha256(salt ‖ response). Of images it is their hashes that Salt masks.
   * The creator may leave either out.
   */
  salt: string;
  response?: string;
  /**
   * 8 bytes each
   */
  images?: string[];
  /**
   * @minItems 3
   * @maxItems 3
   */
  nodes: [ReceiptNode, ReceiptNode, ReceiptNode];
}
/**
 * GPUClass is what must be equal for two nodes to give bit-equal text.
 */
export interface GPUClass {
  /**
   * Card is the name as the driver gives it, e.g. "NVIDIA GeForce RTX 4070".
   */
  card: string;
  /**
   * VRAMGB is the card's memory in GB (2^30 bytes), rounded up.
   */
  vram_gb: number;
  /**
   * Runtime is backend and engine build, e.g. "cuda/0.4.0" or "cpu-haswell/0.4.0".
   */
  runtime: string;
}
/**
 * ReceiptNode is one of the three machines behind an answer.
 */
export interface ReceiptNode {
  address: string;
  commitment: string;
  /**
   * CommitTx is zero when the commitment did not have to go to court: what the
   * node signed when it opened binds it to it.
   */
  commit_tx: string;
  /**
   * Kind, Result and Nonce open the commitment; RevealTx is zero when the node never did.
   */
  kind: number;
  result: string;
  nonce: string;
  ciphertext_hash: string;
  reveal_tx: string;
  /**
   * Agrees says that its result matches the one the task ended with.
   */
  agrees: boolean;
  /**
   * Paid is what the node was credited, in wei.
   */
  paid: string;
  slashed: boolean;
}
/**
 * DraftPhrase is a recovery phrase that no wallet is made of yet.
 */
export interface DraftPhrase {
  words: string[];
  /**
   * Ask are the two words, counted from 1, that CreateWallet wants to see.
   */
  ask: number[];
}
/**
 * CreateWallet makes a wallet of the draft.
 */
export interface CreateWallet {
  /**
   * Words are those that DraftPhrase.Ask asks for, in its order.
   */
  words: string[];
  /**
   * Passphrase of the owner; empty lets Helium make one and keep it.
   */
  passphrase: string;
}
/**
 * ImportWallet makes a wallet of what another wallet gave.
 */
export interface ImportWallet {
  /**
   * Kind is "phrase", "key" or "keystore".
   */
  kind: string;
  /**
   * Text is the words, the key in hexadecimal, or the file's JSON.
   */
  text: string;
  /**
   * FilePassphrase opens the keystore file.
   */
  file_passphrase: string;
  /**
   * Passphrase of the owner; empty lets Helium make one and keep it.
   */
  passphrase: string;
}
/**
 * ChooseNetwork says which network to join.
 */
export interface ChooseNetwork {
  /**
   * Kind is "local", "link" or "file".
   */
  kind: string;
  /**
   * Text is the link, or the file's JSON.
   */
  text: string;
}
/**
 * ModelList is what is here, and what may be.
 */
export interface ModelList {
  /**
   * Folder of the models; Usual says that it is the one that other programs use too.
   */
  folder: string;
  usual: boolean;
  reason?: Reason5;
  disk: ModelDisk;
  models: Model[];
  /**
   * Offers are models that tasks often ask for and that are not here, the smallest
   * first.
   */
  offers: ModelOffer[];
}
/**
 * Reason says why the folder can't be used; nothing is listed then.
 */
export interface Reason5 {
  /**
   * Code is stable and for programs: lower case words joined by underscores.
   */
  code: string;
  title: string;
  detail: string;
  /**
   * Action names what a person can do; empty when waiting is all there is.
   */
  action?: string;
}
/**
 * ModelDisk is what the models take, in bytes.
 */
export interface ModelDisk {
  /**
   * Fetched by Helium, and Made of that by its engine, count towards the limit.
   */
  fetched: number;
  made: number;
  /**
   * Others is what other programs fetched and Helium uses.
   */
  others: number;
  /**
   * Limit is 0 where there is none.
   */
  limit: number;
  /**
   * Free and Size of the disk; 0 where that can't be told.
   */
  free: number;
  size: number;
}
/**
 * Model is a model that is here.
 */
export interface Model {
  /**
   * ID as tasks name it. Name is that for people: of an address it leaves out what
   * may be secret.
   */
  id: string;
  name: string;
  kind: "text" | "images" | "part";
  /**
   * Bytes of its files, and how many of them deleting it frees.
   */
  bytes: number;
  frees: number;
  /**
   * Shares are the models that have some of the same files; those count once.
   */
  shares: string[];
  why: "built_in" | "first" | "chosen" | "tasks" | "foreign" | "unfinished";
  /**
   * Came is when it came, LastTask when a task last used it.
   */
  came?: string;
  last_task?: string;
  in_use: boolean;
  /**
   * Memory that it takes, in bytes, and whether this computer has as much; Memory is
   * 0 where that is unknown.
   */
  memory: number;
  fits: boolean;
}
/**
 * ModelOffer is a model that can be fetched.
 */
export interface ModelOffer {
  id: string;
  kind: "text" | "images" | "part";
  /**
   * Bytes, about.
   */
  bytes: number;
  fits: boolean;
}
/**
 * ModelPreview is what a model is that is not here.
 */
export interface ModelPreview {
  id: string;
  name: string;
  /**
   * File of the repository, where it is one of several.
   */
  file: string;
  kind: "text" | "images" | "part";
  /**
   * Bytes of its files, and those of them that have to be fetched.
   */
  bytes: number;
  missing: number;
  memory: number;
  fits: boolean;
  here: boolean;
  /**
   * Going are models that would be deleted to keep to the limit; OverLimit says that
   * even then there would be too much.
   */
  going: string[];
  over_limit: boolean;
  /**
   * Short is how many bytes are missing on the disk.
   */
  short: number;
}
/**
 * LimitPreview is what a limit would do.
 */
export interface LimitPreview {
  /**
   * Going are the models that would be deleted, the longest unused first.
   */
  going: string[];
  frees: number;
  /**
   * Over is what would be above the limit even then, because it is in use.
   */
  over: number;
}
/**
 * FolderPreview is what moving to another folder would do.
 */
export interface FolderPreview {
  /**
   * Folder that the models would be in.
   */
  folder: string;
  bytes: number;
  /**
   * Copies is how much of that has to be written; nothing on the same disk.
   */
  copies: number;
  free: number;
  same_disk: boolean;
  /**
   * Stay are models of other programs, which stay where they are and are not used
   * any more.
   */
  stay: string[];
}
