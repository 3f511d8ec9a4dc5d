//go:build linux && !desktop

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"helium/backend/models"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/seal"
	"helium/backend/wallet"
	"helium/inference/task"
)

// TestTheRelayLearnsNothing does a hundred tasks on a network whose parts are
// processes of their own, with the relay's log as talkative as it can be, and then
// looks for what was asked and answered, and for every key, in all that the relay
// has stored and logged, and on the chain.
func TestTheRelayLearnsNothing(t *testing.T) {
	o := openOperated(t)
	const nodes = 7
	o.startAll(t, nodes, "5000", models.DemoID, models.DemoImagesID)
	secrets := &secretBook{}
	token := o.signInByHand(t)
	secrets.add("token of a session", token)

	asked := o.askMany(t, secrets)
	o.keysOf(t, secrets, nodes)
	t.Run("a node that was not drawn gets and opens nothing", func(t *testing.T) { o.testUndrawn(t, asked, nodes) })
	t.Run("a digest can't be guessed", func(t *testing.T) { o.testDigests(t, asked) })

	public := &secretBook{}
	for _, a := range asked {
		public.add("task key", strings.TrimPrefix(a.receipt.TaskKey.Hex(), "0x"))
	}
	t.Run("the chain", func(t *testing.T) {
		seen := o.readChain(t)
		onChain := &secretBook{}
		for _, a := range asked {
			onChain.addBytes("args hash", a.receipt.ArgsHash[:])
		}
		mustHold(t, "the chain", onChain, seen)
		mustNotHold(t, "the chain", secrets, seen)
		mustNotHold(t, "the chain's folder", secrets, readFolder(t, o.path("chain")))
	})

	o.stop(t, "bridge")
	o.stop(t, "relay")
	t.Run("the relay's files", func(t *testing.T) {
		files := readFolder(t, o.path("relay"))
		mustHold(t, "the relay's folder", public, files)
		mustNotHold(t, "the relay's folder", secrets, files)
	})
	t.Run("the relay's streams", func(t *testing.T) {
		stored := readStreams(t, filepath.Join(o.path("relay"), "nats"))
		mustHold(t, "what the relay stores", public, stored)
		mustNotHold(t, "what the relay stores", secrets, stored)
	})
	t.Run("the relay's rows", func(t *testing.T) {
		mustNotHold(t, "the relay's rows", secrets, readRows(t, o.path("relay")))
	})
	t.Run("the relay's log", func(t *testing.T) {
		log, err := os.ReadFile(o.path("relay.out"))
		if err != nil || !bytes.Contains(log, []byte(o.net.Relays[0].Address.Hex())) || !bytes.Contains(log, []byte("level=")) {
			t.Fatalf("the log is %d bytes and not the relay's, %v", len(log), err)
		}
		mustNotHold(t, "the relay's log", secrets, [][]byte{log})
	})
}

// asked is a request and what came of it.
type askedTask struct {
	prompt, answer string
	receipt        protocol.Receipt
}

const (
	// textTasks and imageTasks are a hundred; one in ten of the former may say a
	// single word.
	textTasks, imageTasks = 97, 3
	together              = 6
)

// askMany sends all requests, and adds what was said to the secrets.
func (o *operated) askMany(t *testing.T, secrets *secretBook) []askedTask {
	t.Helper()
	all := make([]askedTask, textTasks+imageTasks)
	var running sync.WaitGroup
	free := make(chan struct{}, together)
	for i := range all {
		running.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			a := &all[i]
			var id string
			a.prompt = fmt.Sprintf("Request %d of %s: what does nobody know?", i, randomWord())
			switch {
			case i >= textTasks:
				a.answer, id = o.askImage(t, a.prompt)
			case i%2 == 0:
				a.answer, id = o.askText(t, a.prompt, i, true)
			default:
				a.answer, id = o.askText(t, a.prompt, i, false)
			}
			if id != "" {
				a.receipt = o.receipt(t, id)
			}
		})
	}
	running.Wait()
	if t.Failed() {
		t.FailNow()
	}
	for _, a := range all {
		secrets.add("prompt", a.prompt)
		secrets.add("answer", a.answer)
		secrets.addBytes("salt", a.receipt.Salt[:])
	}
	return all
}

func randomWord() string {
	var b [12]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// askText returns the answer and the id of its receipt. It is called beside the
// test, which it ends by an error.
func (o *operated) askText(t *testing.T, prompt string, i int, stream bool) (text, id string) {
	q := question(prompt, stream)
	if i%10 == 0 {
		q["max_tokens"] = 1
	}
	resp, err := o.post(t.Context(), q)
	if err != nil {
		t.Error(err)
		return "", ""
	}
	defer resp.Body.Close()
	if stream {
		err := readStream(resp.Body, func(e streamEvent) bool {
			var got struct {
				Choices []struct{ Delta struct{ Content string } }
			}
			if e.name == "" && json.Unmarshal(e.data, &got) == nil && len(got.Choices) == 1 {
				text += got.Choices[0].Delta.Content
			}
			return true
		})
		if err != nil || text == "" {
			t.Errorf("a stream ends with %q, %v", text, err)
		}
		return text, resp.Header.Get("X-Helium-Receipt")
	}
	var answer struct {
		Choices []struct{ Message struct{ Content string } }
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || len(answer.Choices) != 1 {
		t.Errorf("an answer is %s: %+v, %v", resp.Status, answer, err)
		return "", ""
	}
	return answer.Choices[0].Message.Content, resp.Header.Get("X-Helium-Receipt")
}

func (o *operated) askImage(t *testing.T, prompt string) (image, id string) {
	body, err := json.Marshal(map[string]any{"model": models.DemoImagesID, "prompt": prompt, "size": "128x128", "response_format": "b64_json"})
	if err != nil {
		t.Error(err)
		return "", ""
	}
	resp, err := o.request(t.Context(), http.MethodPost, "/v1/images/generations", body)
	if err != nil {
		t.Error(err)
		return "", ""
	}
	defer resp.Body.Close()
	var answer struct {
		Data []struct {
			Base64 []byte `json:"b64_json"`
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || len(answer.Data) != 1 || len(answer.Data[0].Base64) < 4096 {
		t.Errorf("an image is %s, %v", resp.Status, err)
		return "", ""
	}
	// How a file of images begins and ends is no secret.
	middle := answer.Data[0].Base64[len(answer.Data[0].Base64)/2:]
	return string(middle[:1024]), resp.Header.Get("X-Helium-Receipt")
}

// signInByHand signs in with a wallet of its own, to know a token.
func (o *operated) signInByHand(t *testing.T) (token string) {
	t.Helper()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	w, err := wallet.FromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(path string, in any, out any) {
		b, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.Post(o.net.Relays[0].URL+path, "application/json", bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if err := json.NewDecoder(resp.Body).Decode(out); err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s answers %s, %v", path, resp.Status, err)
		}
	}
	var challenge struct{ Message string }
	ask("/v1/auth/challenge", map[string]any{"address": w.Address()}, &challenge)
	signature, err := w.SignText([]byte(challenge.Message))
	if err != nil {
		t.Fatal(err)
	}
	var reply struct{ Token string }
	ask("/v1/auth/token", map[string]any{"message": challenge.Message, "signature": "0x" + hex.EncodeToString(signature)}, &reply)
	// One who puts it into an address is refused, and it is logged nowhere.
	resp, err := http.Get(o.net.Relays[0].URL + "/v1/tasks/" + common.Hash{1}.Hex() + "/envelope?token=" + reply.Token)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a token in the address is answered %s", resp.Status)
	}
	return reply.Token
}

// keysOf adds the keys of every wallet, what they derive, and the API key.
func (o *operated) keysOf(t *testing.T, secrets *secretBook, nodes int) {
	t.Helper()
	// How keys begin is no secret, and the chain's name has a part of it.
	secrets.add("API key", strings.TrimPrefix(o.ready.APIKey, "sk-helium-"))
	folders := []string{o.path("bridge/wallet")}
	for i := range nodes {
		folders = append(folders, o.path(fmt.Sprintf("node-%d/wallet", i+1)))
	}
	for _, dir := range folders {
		w := openWallet(t, dir)
		passphrase, err := os.ReadFile(filepath.Join(dir, "passphrase-"+strings.ToLower(w.Address().Hex()[2:])))
		if err != nil {
			t.Fatal(err)
		}
		secrets.add("passphrase", string(passphrase))
		file, err := os.ReadFile(w.KeyFile())
		if err != nil {
			t.Fatal(err)
		}
		key, err := keystore.DecryptKey(file, strings.TrimSpace(string(passphrase)))
		if err != nil {
			t.Fatal(err)
		}
		secrets.addBytes("key of a wallet", crypto.FromECDSA(key.PrivateKey))
		sealed := w.DeriveSecret("seal")
		secrets.addBytes("seal key", sealed[:])
	}
}

func openWallet(t *testing.T, dir string) *wallet.Wallet {
	t.Helper()
	w, err := wallet.OpenOrCreate(t.Context(), dir, wallet.Options{FileOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// testUndrawn takes a node of the network that one task did not draw.
func (o *operated) testUndrawn(t *testing.T, asked []askedTask, nodes int) {
	a := asked[1]
	key := a.receipt.TaskKey
	var drawn, other *wallet.Wallet
	for i := range nodes {
		w := openWallet(t, o.path(fmt.Sprintf("node-%d/wallet", i+1)))
		isDrawn := slices.ContainsFunc(a.receipt.Nodes[:], func(n protocol.ReceiptNode) bool { return n.Address == w.Address() })
		if isDrawn {
			drawn = w
		} else {
			other = w
		}
	}
	if drawn == nil || other == nil {
		t.Fatal("the nodes of the receipt are not those of this network")
	}
	dial := func(w *wallet.Wallet) *client.Client {
		c, err := client.Dial(t.Context(), client.Options{URL: o.net.Relays[0].URL, Signer: w, Domain: o.net.Domain()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	theirs := dial(other)
	for what, ask := range map[string]func() error{
		"the arguments": func() error { _, err := theirs.Envelope(ctx, key); return err },
		"a result":      func() error { _, err := theirs.Result(ctx, key, drawn.Address()); return err },
		"the events":    func() error { _, err := theirs.Watch(ctx, key); return err },
		"what a node sealed for another": func() error {
			_, err := theirs.EnvelopeFrom(ctx, key, drawn.Address())
			return err
		},
	} {
		if err := ask(); !errors.Is(err, client.ErrNotYours) {
			t.Errorf("%s: got %v, want %v", what, err, client.ErrNotYours)
		}
	}

	ours := dial(drawn)
	sealed, err := ours.Envelope(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	if opened, err := seal.Open(sealed, sealKeyOf(t, drawn)); err != nil || !bytes.Contains(opened, []byte(a.prompt)) {
		t.Errorf("the drawn node opens %d bytes, %v", len(opened), err)
	}
	if opened, err := seal.Open(sealed, sealKeyOf(t, other)); err == nil {
		t.Errorf("the node that was not drawn opens %q", opened)
	}
	result, err := ours.Result(ctx, key, drawn.Address())
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []*wallet.Wallet{drawn, other} {
		if opened, err := seal.Open(result, sealKeyOf(t, w)); err == nil {
			t.Errorf("a node opens a result that is sealed to its creator: %q", opened)
		}
	}
}

func sealKeyOf(t *testing.T, w *wallet.Wallet) seal.Key {
	t.Helper()
	k, err := seal.KeyFromSecret(w.DeriveSecret("seal"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// testDigests guesses answers of one word, as one would who reads the chain: it
// hashes all that the answer may be, alone and with all that is public of the task.
func (o *operated) testDigests(t *testing.T, asked []askedTask) {
	var words []string
	for _, a := range asked[:textTasks] {
		if !strings.Contains(strings.TrimSpace(a.answer), " ") {
			words = append(words, a.answer)
		}
	}
	if len(words) == 0 {
		t.Fatal("no answer is of one word")
	}
	words = append(words, "Yes", "yes", "No", "no", "42", "Paris")
	guessed, checked := 0, 0
	for _, a := range asked[:textTasks] {
		if strings.Contains(strings.TrimSpace(a.answer), " ") {
			continue
		}
		r := a.receipt
		if salted := task.GPTDigest(r.Salt, []byte(r.Response)); !bytes.Equal(salted[:], r.Result) {
			t.Fatalf("the salt does not open the digest of %q", a.answer)
		}
		was, err := json.Marshal(a.answer)
		if err != nil {
			t.Fatal(err)
		}
		known := [][]byte{
			nil, make([]byte, 32), r.ArgsHash[:], r.TaskKey[:], r.CreateTx[:], r.DrawTx[:], r.Creator[:], r.Contract[:],
			common.LeftPadBytes(new(big.Int).SetUint64(uint64(r.TaskID)).Bytes(), 32), []byte(fmt.Sprint(r.TaskID)),
		}
		for _, n := range r.Nodes {
			known = append(known, n.Address[:], n.Nonce[:], n.Commitment[:])
		}
		for _, word := range words {
			now, err := json.Marshal(word)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{word, strings.TrimSpace(word), string(now), strings.ReplaceAll(r.Response, string(was), string(now))} {
				for _, salt := range known {
					checked++
					if matches(r.Result, append(slices.Clone(salt), text...)) || matches(r.Result, append([]byte(text), salt...)) {
						guessed++
					}
				}
			}
		}
	}
	if guessed > 0 {
		t.Errorf("%d of %d guesses hit", guessed, checked)
	}
}

func matches(digest, guess []byte) bool {
	sum := sha256.Sum256(guess)
	twice := sha256.Sum256(sum[:])
	return bytes.Equal(digest, sum[:]) || bytes.Equal(digest, twice[:]) || bytes.Equal(digest, crypto.Keccak256(guess))
}

// readChain is what every transaction and every event of the chain says.
func (o *operated) readChain(t *testing.T) (all [][]byte) {
	t.Helper()
	head, err := o.rpc.BlockNumber(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for n := range head + 1 {
		block, err := o.rpc.BlockByNumber(t.Context(), new(big.Int).SetUint64(n))
		if err != nil {
			t.Fatal(err)
		}
		for _, tx := range block.Transactions() {
			all = append(all, tx.Data())
		}
	}
	logs, err := o.rpc.FilterLogs(t.Context(), ethereum.FilterQuery{FromBlock: new(big.Int), ToBlock: new(big.Int).SetUint64(head)})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range logs {
		all = append(all, l.Data)
		for _, topic := range l.Topics {
			all = append(all, topic[:])
		}
	}
	return all
}

func readFolder(t *testing.T, dir string) (all [][]byte) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a database has tidied up
		}
		all = append(all, b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// readStreams is every message that is left in a relay's JetStream, as the engine
// itself gives it, whatever is compressed on disk.
func readStreams(t *testing.T, dir string) (all [][]byte) {
	t.Helper()
	for _, name := range []string{"blobs", "events"} {
		ns, err := server.NewServer(&server.Options{
			ServerName: "helium-relay-" + name, DontListen: true, NoSigs: true, MaxPayload: 16 << 20, JetStream: true, StoreDir: filepath.Join(dir, name),
			DisableJetStreamBanner: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		ns.Start()
		defer ns.Shutdown()
		if !ns.ReadyForConnections(20 * time.Second) {
			t.Fatalf("the store of %s does not open", name)
		}
		nc, err := nats.Connect("", nats.InProcessServer(ns))
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		js, err := jetstream.New(nc)
		if err != nil {
			t.Fatal(err)
		}
		before := len(all)
		streams := js.ListStreams(t.Context())
		for info := range streams.Info() {
			s, err := js.Stream(t.Context(), info.Config.Name)
			if err != nil {
				t.Fatal(err)
			}
			for seq := info.State.FirstSeq; seq <= info.State.LastSeq; seq++ {
				m, err := s.GetMsg(t.Context(), seq)
				if errors.Is(err, jetstream.ErrMsgNotFound) {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, []byte(m.Subject), m.Data, []byte(fmt.Sprint(m.Header)))
			}
		}
		if streams.Err() != nil || len(all) == before {
			t.Fatalf("nothing is stored in %s, %v", name, streams.Err())
		}
	}
	return all
}

// readRows is every version of every row of the databases below a folder.
func readRows(t *testing.T, dir string) (all [][]byte) {
	t.Helper()
	manifests, err := filepath.Glob(filepath.Join(dir, "*", "MANIFEST"))
	if err != nil || len(manifests) == 0 {
		t.Fatalf("there is no database in %s, %v", dir, err)
	}
	for _, path := range manifests {
		db, err := badger.Open(badger.DefaultOptions(filepath.Dir(path)).WithLogger(nil))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		err = db.View(func(tx *badger.Txn) error {
			rows := tx.NewIterator(badger.IteratorOptions{AllVersions: true, PrefetchValues: true, PrefetchSize: 64})
			defer rows.Close()
			for rows.Rewind(); rows.Valid(); rows.Next() {
				v, err := rows.Item().ValueCopy(nil)
				if err != nil {
					return err
				}
				all = append(all, rows.Item().KeyCopy(nil), v)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(all) == 0 {
		t.Fatal("the databases have no rows")
	}
	return all
}

// secretBook is what is looked for: every run of sixteen bytes of a secret, plain
// and in the forms that bytes are written in.
type secretBook struct {
	// runs are by their first eight bytes.
	runs map[uint64][]piece
	// secrets says what each is, for a failure to tell.
	secrets []string
}

type piece struct {
	bytes  string
	secret int
}

const runLength = 16

func (s *secretBook) add(what, text string) { s.addForms(what, []byte(text)) }

// addBytes adds bytes that are random, of which no run is anybody else's.
func (s *secretBook) addBytes(what string, b []byte) { s.addForms(what, b) }

func (s *secretBook) addForms(what string, b []byte) {
	s.secrets = append(s.secrets, what)
	n := len(s.secrets) - 1
	s.addRuns(n, string(b))
	s.addRuns(n, hex.EncodeToString(b))
	s.addRuns(n, strings.ToUpper(hex.EncodeToString(b)))
	for shift := range min(3, len(b)) {
		whole := b[shift : shift+(len(b)-shift)/3*3]
		s.addRuns(n, base64.StdEncoding.EncodeToString(whole))
		s.addRuns(n, base64.URLEncoding.EncodeToString(whole))
	}
	if quoted, err := json.Marshal(string(b)); err == nil {
		s.addRuns(n, strings.Trim(string(quoted), `"`))
	}
}

func (s *secretBook) addRuns(secret int, text string) {
	if s.runs == nil {
		s.runs = map[uint64][]piece{}
	}
	for i := 0; i+runLength <= len(text); i++ {
		r := piece{text[i : i+runLength], secret}
		key := binary.BigEndian.Uint64([]byte(r.bytes[:8]))
		if !slices.ContainsFunc(s.runs[key], func(o piece) bool { return o.bytes == r.bytes && o.secret == r.secret }) {
			s.runs[key] = append(s.runs[key], r)
		}
	}
}

// find tells which secrets have a run in b, and one run of each.
func (s *secretBook) find(b []byte, found map[int]string) {
	for i := 0; i+runLength <= len(b); i++ {
		for _, r := range s.runs[binary.BigEndian.Uint64(b[i:])] {
			if string(b[i:i+runLength]) == r.bytes {
				found[r.secret] = r.bytes
			}
		}
	}
}

func (s *secretBook) search(where [][]byte) (found map[int]string, bytes int) {
	found = map[int]string{}
	for _, b := range where {
		s.find(b, found)
		bytes += len(b)
	}
	return found, bytes
}

func mustNotHold(t *testing.T, where string, secrets *secretBook, all [][]byte) {
	t.Helper()
	found, n := secrets.search(all)
	for i, run := range found {
		t.Errorf("%s holds a part of a secret, %q of a %s", where, run, secrets.secrets[i])
	}
	t.Logf("%s: %d bytes were searched for %d secrets", where, n, len(secrets.secrets))
}

// mustHold is what makes finding nothing worth something: what has to be there is
// found in the same way.
func mustHold(t *testing.T, where string, public *secretBook, all [][]byte) {
	t.Helper()
	if found, n := public.search(all); len(found) != len(public.secrets) {
		t.Errorf("in %d bytes of %s only %d of %d public things were found: the search is blind", n, where, len(found), len(public.secrets))
	}
}

// The search finds a secret in every form in which it might leak.
func TestASecretIsFoundInEveryForm(t *testing.T) {
	var key [32]byte
	rand.Read(key[:])
	const prompt = "what \"nobody\" knows\nabout the 4711 relays"
	var book secretBook
	book.add("prompt", prompt)
	book.addBytes("key", key[:])
	quoted, _ := json.Marshal(map[string]string{"prompt": prompt})
	for name, leak := range map[string][]byte{
		"a part":      []byte(prompt)[7:31],
		"JSON":        quoted,
		"hex":         []byte(fmt.Sprintf("id=%x", key)),
		"upper hex":   []byte(fmt.Sprintf("id=%X", key)),
		"raw":         append([]byte("some bytes before"), key[:]...),
		"base64":      []byte(base64.StdEncoding.EncodeToString(key[:])),
		"base64 in a": []byte(base64.RawURLEncoding.EncodeToString(append([]byte("a"), prompt...))),
		"base64 in b": []byte(base64.StdEncoding.EncodeToString(append([]byte("ab"), quoted...))),
	} {
		if found, _ := book.search([][]byte{leak}); len(found) != 1 {
			t.Errorf("%s: %v is found in %q", name, found, leak)
		}
	}
	if found, _ := book.search([][]byte{[]byte(prompt)[:runLength-1], bytes.Repeat(key[:8], 9)}); len(found) != 0 {
		t.Errorf("%v is found where it is not", found)
	}
}
