/** The socket to the run; it opens again by itself. */

const TRIES = [250, 500, 1000, 2000, 4000];

/** Where a page's name lies while it is loaded again; only then it is taken up: a copy in another tab has a run of its own. */
const NAME = "chainrule page";

/** The milliseconds from look to look at the clock, and the least by which it jumps when the machine has slept. */
const LOOK = 15_000;
const SLEPT = 90_000;

export class Connection {
  /**
   * @param {(message: string | ArrayBuffer) => void} receive
   * @param {(status: "connecting" | "lost" | "refused") => void} tell what it is, until the server's welcome has come
   */
  constructor(receive, tell) {
    this.receive = receive;
    this.tell = tell;
    this.tries = 0;
    /** @type {WebSocket | null} */
    this.socket = null;
    const [way] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
    this.page = (way?.type === "reload" && sessionStorage.getItem(NAME)) || crypto.randomUUID();
    sessionStorage.removeItem(NAME);
    addEventListener("pagehide", () => sessionStorage.setItem(NAME, this.page));
    this.looked = Date.now();
    setInterval(() => this.look(), LOOK);
  }

  /** A socket that was open while the machine slept may be dead, though nobody has said so: another one takes its place. */
  look() {
    const passed = Date.now() - this.looked;
    this.looked += passed;
    if (passed < SLEPT || this.socket?.readyState !== WebSocket.OPEN) return;
    this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
    this.tell("connecting");
    this.open();
  }

  /** Open the socket. */
  open() {
    const address = new URL("/run", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.searchParams.set("token", new URLSearchParams(location.search).get("token") ?? "");
    address.searchParams.set("page", this.page);
    const socket = (this.socket = new WebSocket(address));
    socket.binaryType = "arraybuffer";
    socket.onopen = () => (this.tries = 0);
    socket.onmessage = ({ data }) => this.receive(data);
    socket.onclose = ({ code }) => this.closed(code);
  }

  /** @param {number} code */
  closed(code) {
    if (code === 4001) return this.tell("refused");
    if (code === 4002) return;
    this.tell("lost");
    const wait = TRIES[Math.min(this.tries++, TRIES.length - 1)];
    setTimeout(() => this.open(), wait);
  }

  /** @param {string} text */
  send(text) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(text);
  }
}
