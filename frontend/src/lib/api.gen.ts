// Made by `npm run types` from the Go types of app/api, backend/bridge and backend/protocol. Do not edit.

/**
 * Phrases are said one after the other.
 */
export type Phrases = Phrase[];
/**
 * Phrases are said one after the other.
 */
export type Phrases1 = Phrase[];
/**
 * Phrases are said one after the other.
 */
export type Phrases2 = Phrase[];

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
  downloads: SetDownloads;
  check: NetworkCheck;
  line: LogLine;
  power: PowerChoice;
  send: SendCNX;
  cost: SendCost;
  payout: SetPayout;
  reason_code:
    | "wallet_locked"
    | "wallet"
    | "no_network"
    | "wrong_chain"
    | "engine"
    | "download"
    | "device_missing"
    | "setup_failed"
    | "slashed"
    | "kicked_out"
    | "chain_unreachable"
    | "clock_wrong"
    | "engine_failed"
    | "hardware_changed"
    | "class_unknown"
    | "engine_differs"
    | "rejoin_later"
    | "no_model"
    | "no_room"
    | "self_test_failed"
    | "faucet_failed"
    | "low_stake"
    | "low_gas"
    | "move_refused"
    | "relay_unreachable"
    | "score_low"
    | "no_demand";
  notice_code:
    | "models_unreadable"
    | "model_not_found"
    | "model_gated"
    | "model_unsafe"
    | "model_unsupported"
    | "model_choice"
    | "model_no_space"
    | "model_cap"
    | "model_damaged"
    | "hub_unreachable"
    | "hub_busy"
    | "hub_refused"
    | "model_in_use"
    | "model_address"
    | "model_disk"
    | "models_gone"
    | "model_download"
    | "models_move"
    | "model_stays";
  earnings: EarningsReport;
  tasks_query: TasksQuery;
  tasks_page: TasksPage;
  task_receipt: TaskReceipt;
  csv: CSVPart;
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
  desktop: DesktopState;
  settings: Preferences;
  computer: Computer;
  update?: Update;
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
   * StakeHoldSeconds is how long after the node's last task its stake is held.
   */
  stake_hold_seconds: number;
  /**
   * RejoinFrom is when a node that was let go may join again.
   */
  rejoin_from?: string;
  /**
   * Payout is the address, with checksum, that gets what is earned, and the stake
   * when it comes back. PayoutNext gets it from the next join on.
   */
  payout: string;
  payout_next?: string;
  standing?: Standing;
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
  facts?: Phrases;
  /**
   * Action names what a person can do; empty when waiting is all there is.
   */
  action?: string;
}
/**
 * Phrase is what a person is told, in a form that can be said in any language: a code, which is stable, and what it names.
 */
export interface Phrase {
  code: string;
  args?: {};
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
 * Standing of the node with the network; nil before it has joined once.
 */
export interface Standing {
  /**
   * Recent are the last three scores, the newest first; 20 where there was none yet.
   */
  recent: number[];
  /**
   * LetGoAt is the sum of those three at which, or below which, the node is let go.
   */
  let_go_at: number;
  /**
   * Margin is how many points the sum is above that.
   */
  margin: number;
  /**
   * Chances is after how many failed tasks in a row it is let go, 1 to 3.
   */
  chances: number;
  /**
   * Percent is the mean score in hundredths of the best. A new node begins at 0;
   * at 100 it is drawn twice as often.
   */
  percent: number;
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
   * GasFor is for how many usual transactions the gas is enough at the price of
   * now; absent while that is unknown. Sponsored says that it is too little for
   * any, and that the network pays for the node's.
   */
  gas_for?: number;
  sponsored: boolean;
  /**
   * Transfers are the last that the owner sent, newest first.
   */
  transfers: Transfer[];
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
 * Transfer is CNX that its owner sent from the wallet.
 */
export interface Transfer {
  id: string;
  to: string;
  amount: string;
  at: string;
  state: "sending" | "sent" | "failed";
  /**
   * Tx is the transaction's hash, once it is in a block.
   */
  tx?: string;
  /**
   * Problem says why it failed.
   */
  problem?: string;
  problem_said?: Phrases1;
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
  why_said?: Phrases2;
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
   * ChatURL opens the local network's chat page, which asks for nothing; empty on
   * other networks.
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
  facts?: Phrases;
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
  facts?: Phrases;
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
  facts?: Phrases;
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
  sensed: Sensed;
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
  /**
   * LingerSeconds is the least that the node waits after a reason has ended, for
   * those reasons whose end nobody knows beforehand. Each waits a while by itself.
   */
  linger_seconds: number;
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
  /**
   * CoolBy is by how many degrees it must have cooled down before work goes on, so
   * that a node does not come and go with its own heat.
   */
  cool_by: number;
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
  why_said?: Phrases1;
}
/**
 * Sensed is what is seen now.
 */
export interface Sensed {
  screen?: SensedScreen;
  /**
   * Listed program that runs now; empty for none.
   */
  listed?: string;
  card?: SensedCard;
  power?: SensedPower;
  heat?: SensedHeat;
  person?: SensedPerson;
  /**
   * InHours: the owner's hours allow work now, or there are none.
   */
  in_hours: boolean;
}
/**
 * SensedScreen is what fills the screen.
 */
export interface SensedScreen {
  filled: boolean;
  program?: string;
}
/**
 * SensedCard is how busy the graphics card is.
 */
export interface SensedCard {
  percent: number;
  program?: string;
  /**
   * WithOurs: Helium's own work is in Percent.
   */
  with_ours: boolean;
}
/**
 * SensedPower is where the power comes from.
 */
export interface SensedPower {
  on_battery: boolean;
  /**
   * Charge in percent; -1 where there is no battery.
   */
  charge: number;
}
/**
 * SensedHeat is the hottest part.
 */
export interface SensedHeat {
  /**
   * Sensor is empty where the system tells only that it slows down.
   */
  sensor?: string;
  celsius: number;
  throttled: boolean;
}
/**
 * SensedPerson is how long nobody has touched the computer.
 */
export interface SensedPerson {
  idle_seconds: number;
}
/**
 * Desktop holds the choices of how Helium lives on this desktop.
 */
export interface DesktopState {
  settings: Desktop;
  unable: Unable[];
  reason?: Reason4;
  /**
   * Quitting: Helium ends as soon as the task at hand is done or handed back.
   */
  quitting: boolean;
}
/**
 * Settings as they were chosen; one that Unable names does not hold here.
 */
export interface Desktop {
  /**
   * StartAtLogin starts Helium with the desktop, without its window.
   */
  start_at_login: boolean;
  /**
   * CloseToTray keeps Helium earning when its window is closed; otherwise that
   * ends it, once the task at hand is handed back.
   */
  close_to_tray: boolean;
  notify: Notify;
}
/**
 * Notify is what the owner is told of while the window is closed.
 */
export interface Notify {
  /**
   * FirstEarning: the first pay ever.
   */
  first_earning: boolean;
  /**
   * Slashed: a stake was taken.
   */
  slashed: boolean;
  /**
   * KickedOut: the network put the node out.
   */
  kicked_out: boolean;
  /**
   * LowGas: the wallet holds too little of the chain's own coin to go on.
   */
  low_gas: boolean;
  /**
   * Update: there is a newer Helium.
   */
  update: boolean;
}
/**
 * Unable is a choice that does not hold here.
 */
export interface Unable {
  choice: "start_at_login" | "close_to_tray" | "notify";
  why: "headless" | "no_tray" | "refused";
  /**
   * Detail is what the system said, where it said something.
   */
  detail?: string;
}
/**
 * Reason says that what was kept could not be read, and that the usual choices
 * hold in its place.
 */
export interface Reason4 {
  /**
   * Code is stable and for programs: lower case words joined by underscores.
   */
  code: string;
  title: string;
  detail: string;
  facts?: Phrases;
  /**
   * Action names what a person can do; empty when waiting is all there is.
   */
  action?: string;
}
/**
 * Settings are the owner's other choices.
 */
export interface Preferences {
  /**
   * Language of the texts, such as "de"; empty for the first of the system's that
   * Helium speaks.
   */
  language: string;
  appearance: "system" | "light" | "dark";
  downloads: Downloads;
  /**
   * LogFolder is where the agent's log lies; empty where it keeps none.
   */
  log_folder: string;
  reason?: Reason5;
}
/**
 * Downloads is how models are fetched.
 */
export interface Downloads {
  /**
   * Proxy without its name and password; empty to go by the system's variables.
   */
  proxy: string;
  /**
   * ProxyLogin says that a name and a password for it are kept.
   */
  proxy_login: boolean;
  /**
   * Endpoint of a mirror of Hugging Face; empty for Hugging Face itself.
   */
  endpoint: string;
  /**
   * Token says that a token for it is kept.
   */
  token: boolean;
  /**
   * SecretsIn is where the two are, "keychain" or "file"; empty where there are none.
   */
  secrets_in: string;
}
/**
 * Reason is what a person sees when something is in the way: what it is, what it means, and the one thing to do about it.
 */
export interface Reason5 {
  /**
   * Code is stable and for programs: lower case words joined by underscores.
   */
  code: string;
  title: string;
  detail: string;
  facts?: Phrases;
  /**
   * Action names what a person can do; empty when waiting is all there is.
   */
  action?: string;
}
/**
 * Computer is what tasks may run on, and how hard.
 */
export interface Computer {
  /**
   * Devices that were found, the best first and the processor last; empty until the
   * engine has started.
   */
  devices: Device[];
  /**
   * Picked is the ID of the device that the owner chose, "best" for no choice in
   * particular. Used is the one that the engine runs on, empty before it does.
   */
  picked: string;
  used: string;
  /**
   * Next is a choice that waits until the node has left the network, or its task is
   * over; Rejoins says that the node joins again then.
   */
  next?: string;
  rejoins: boolean;
  /**
   * Missing says why Picked isn't what is used. The node takes no tasks until
   * another choice is made.
   */
  missing?: string;
  missing_said?: Phrases1;
  power: Power;
  awake: Awake;
}
/**
 * Device is a graphics card or the processor.
 */
export interface Device {
  /**
   * ID as ChooseDevice takes it.
   */
  id: string;
  name: string;
  /**
   * Kind is "gpu" or "cpu".
   */
  kind: string;
  /**
   * MemoryGB that a model may take.
   */
  memory_gb: number;
  /**
   * Usable says that the engine has a way to use it; Why says why not.
   */
  usable: boolean;
  why?: string;
  why_said?: Phrases1;
  /**
   * SameClass: changing to it needs no leaving and joining again.
   */
  same_class: boolean;
}
/**
 * Power of the card that is used, in watts; what the driver does not tell is 0.
 */
export interface Power {
  choice: PowerChoice;
  /**
   * Unread says why nothing is known of it; empty when something is.
   */
  unread?: string;
  unread_said?: Phrases1;
  draw: number;
  limit: number;
  usual: number;
  least: number;
  most: number;
  /**
   * Quiet is the limit of PowerQuiet. Settable says that the card takes limits.
   */
  quiet: number;
  settable: boolean;
  /**
   * Problem is a sentence about why the choice does not hold, and Command what an
   * administrator could run.
   */
  problem?: string;
  problem_said?: Phrases1;
  command?: string;
}
/**
 * PowerChoice is the owner's.
 */
export interface PowerChoice {
  mode: "usual" | "quiet" | "own";
  /**
   * Watts of PowerOwn.
   */
  watts: number;
}
/**
 * Awake is staying awake for a task.
 */
export interface Awake {
  /**
   * Wanted is the owner's switch; Holds says that the computer is kept awake now.
   */
  wanted: boolean;
  holds: boolean;
  /**
   * Problem says why the system would not; empty when it would, or wasn't asked.
   */
  problem?: string;
  problem_said?: Phrases1;
}
/**
 * Update is a newer Helium that the network's operators recommend; nil where
 * this one is the newest.
 */
export interface Update {
  version: string;
  page: string;
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
  reason?: Reason6;
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
export interface Reason6 {
  /**
   * Code is stable and for programs: lower case words joined by underscores.
   */
  code: string;
  title: string;
  detail: string;
  facts?: Phrases;
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
  /**
   * LeaveStake lets the deposit stay behind with a network that is left, where it
   * can't be taken back before.
   */
  leave_stake?: boolean;
}
/**
 * SetDownloads changes how models are fetched.
 */
export interface SetDownloads {
  /**
   * Proxy is an address that begins with http://, https:// or socks5://. A name and
   * a password in it are taken out and kept as Login.
   */
  proxy: string;
  login?: ProxyLogin;
  /**
   * Endpoint is an address that begins with https://, or with http:// on this computer.
   */
  endpoint: string;
  /**
   * Token for the endpoint. Without one, that which is kept stays, for the same
   * endpoint only; an empty one is forgotten.
   */
  token?: string;
}
/**
 * Login for the proxy. Without one, that which is kept stays, for the same proxy
 * only; an empty name forgets it.
 */
export interface ProxyLogin {
  name: string;
  password: string;
}
/**
 * NetworkCheck is which network the node is on, and who of it answers.
 */
export interface NetworkCheck {
  /**
   * From is where its profile comes from, as Setup.Network.
   */
  from: string;
  places: NetworkPlace[];
}
/**
 * NetworkPlace is a server of a network.
 */
export interface NetworkPlace {
  /**
   * Kind is "chain" or "relay".
   */
  kind: string;
  /**
   * Host alone: the rest of an address may be a key.
   */
  host: string;
  /**
   * Milliseconds until it answered; 0 where it did not, and Problem says why.
   */
  milliseconds: number;
  problem?: string;
}
/**
 * LogLine is a line of the agent's log.
 */
export interface LogLine {
  /**
   * Seq counts the lines from 1.
   */
  seq: number;
  at: string;
  /**
   * Level is "debug", "info", "warn" or "error".
   */
  level: string;
  text: string;
}
/**
 * SendCNX sends CNX from the wallet.
 */
export interface SendCNX {
  /**
   * ID is the caller's name for this wish: what is sent again under the same ID
   * goes once.
   */
  id: string;
  /**
   * To with its checksum, or without capitals.
   */
  to: string;
  amount: string;
  /**
   * Passphrase of the owner, where it is the owner who keeps it.
   */
  passphrase: string;
}
/**
 * SendCost is what sending would cost and leave.
 */
export interface SendCost {
  /**
   * To with its checksum.
   */
  to: string;
  /**
   * Fee in the chain's own coin at the price of now, rounded up.
   */
  fee: string;
  /**
   * Payable says that the wallet has coin enough, should the price double.
   */
  payable: boolean;
  /**
   * Left is the CNX that stay in the wallet.
   */
  left: string;
  /**
   * Contract says that a program stands at the address, which may keep what it is
   * sent for ever.
   */
  contract: boolean;
}
/**
 * SetPayout chooses who is paid.
 */
export interface SetPayout {
  /**
   * Address with its checksum, or without capitals; empty for the wallet itself.
   */
  address: string;
  /**
   * Passphrase of the owner, where it is the owner who keeps it.
   */
  passphrase: string;
}
/**
 * EarningsReport is what a time brought.
 */
export interface EarningsReport {
  range: "day" | "week" | "month" | "all";
  step: "hour" | "day" | "week" | "month";
  from: string;
  to: string;
  bars: EarningsBar[];
  paid: EarnedShare2;
  texts: EarnedShare1;
  images: EarnedShare1;
  other: EarnedShare1;
  rewards: string;
  energy: Energy;
  /**
   * Credited at the contract, to be withdrawn, and tasks that are not settled yet, are
   * what is pending.
   */
  credited: string;
  at_work: number;
  /**
   * Withdrawn from the contract in all, and all rewards; known from Since on, or from
   * the first.
   */
  withdrawn: string;
  rewards_total: string;
  since?: string;
  electricity: Electricity;
}
/**
 * EarningsBar is one bar of the chart.
 */
export interface EarningsBar {
  from: string;
  to: string;
  texts: EarnedShare;
  images: EarnedShare1;
  other: EarnedShare1;
}
/**
 * Texts, Images and Other, whose kind was not kept, make up what tasks brought.
 */
export interface EarnedShare {
  paid: string;
  tasks: number;
}
/**
 * EarnedShare is a part of what tasks brought.
 */
export interface EarnedShare1 {
  paid: string;
  tasks: number;
}
/**
 * EarnedShare is a part of what tasks brought.
 */
export interface EarnedShare2 {
  paid: string;
  tasks: number;
}
/**
 * Energy is what work took and what that cost.
 */
export interface Energy {
  worked_seconds: number;
  /**
   * MeasuredSeconds of them were measured, UncountedSeconds neither that nor given
   * any watts.
   */
  measured_seconds: number;
  uncounted_seconds: number;
  /**
   * WattSeconds, rounded up, are those that were measured and those that follow from
   * the owner's watts.
   */
  watt_seconds: number;
  /**
   * Cost is rounded up, and Value, what tasks brought at the owner's price, down. Net
   * is Value less Cost and may be negative.
   */
  cost: string;
  value: string;
  net: string;
}
/**
 * Electricity is what the owner says of power and money.
 */
export interface Electricity {
  /**
   * Currency is its code of three letters: EUR.
   */
  currency: string;
  per_kwh: number;
  /**
   * Watts are drawn at work, where that can't be measured.
   */
  watts: number;
  /**
   * PerCNX is what the owner takes a CNX to be worth.
   */
  per_cnx: number;
}
/**
 * TasksQuery says which tasks are wanted.
 */
export interface TasksQuery {
  range: "day" | "week" | "month" | "all";
  /**
   * Kind that is wanted; empty for all.
   */
  kind: "text" | "images" | "unknown";
  /**
   * Before is the task that those wanted come before; 0 begins with the newest.
   */
  before: number;
}
/**
 * TasksPage is part of the list, newest first.
 */
export interface TasksPage {
  tasks: EarningsTask[];
  /**
   * Next is what to ask for Before to get those that follow; 0 after the last. A page
   * may have none and be followed by some.
   */
  next: number;
}
/**
 * EarningsTask is a task in the list.
 */
export interface EarningsTask {
  id: number;
  kind: "text" | "images" | "unknown";
  model: string;
  outcome: string;
  paid: string;
  reward: string;
  score: number;
  slashed: boolean;
  missed: boolean;
  ended_at: string;
}
/**
 * TaskReceipt is all that is kept of a task that is over.
 */
export interface TaskReceipt {
  id: number;
  kind: "text" | "images" | "unknown";
  model: string;
  outcome: string;
  paid: string;
  score: number;
  slashed: boolean;
  missed: boolean;
  ended_at: string;
  proof?: ReceiptProof;
}
/**
 * Proof is missing of a task that ended before it was kept.
 */
export interface ReceiptProof {
  chain_id: number;
  task_contract: string;
  task_key: string;
  units: number;
  images: number;
  creator: string;
  /**
   * Fee of the whole task; missing where it was not seen.
   */
  fee?: string;
  payout: string;
  reward: string;
  nodes: ReceiptSeat[];
  /**
   * Result is what the network took, Digest of it.
   */
  result: string;
  digest: string;
  /**
   * MatchBelow is from how many bits on two images are not alike.
   */
  match_below: number;
  declined: boolean;
  /**
   * Court: the answers went on chain one by one.
   */
  court: boolean;
  drawn_at: string;
  draw_tx: string;
  end_tx: string;
  end_block: number;
  /**
   * WorkedMillis is how long the engine worked.
   */
  worked_millis: number;
  energy: Energy;
}
/**
 * ReceiptSeat is one of the three nodes of a task.
 */
export interface ReceiptSeat {
  address: string;
  /**
   * You: it is this node.
   */
  you: boolean;
  /**
   * Place in which its answer came here, from 1; 0 where none was seen.
   */
  place: number;
  /**
   * Found is what it opened: "result", an error's name, or "none" for nothing that
   * was seen here; Digest is of a result.
   */
  found: string;
  digest: string;
  /**
   * Agrees with what the network took; missing where there is nothing to compare.
   */
  agrees?: boolean;
  /**
   * Distance of its images in bits, the worst of them; missing for texts.
   */
  distance?: number;
  paid: string;
  score: number;
  slashed: boolean;
}
/**
 * CSVPart is part of a file.
 */
export interface CSVPart {
  text: string;
  /**
   * Next is what to ask for Before to get the part that follows; 0 after the last.
   */
  next: number;
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
  reason?: Reason7;
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
export interface Reason7 {
  /**
   * Code is stable and for programs: lower case words joined by underscores.
   */
  code: string;
  title: string;
  detail: string;
  facts?: Phrases;
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
