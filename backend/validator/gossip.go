package validator

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/p2p/conn"
	protomem "github.com/cometbft/cometbft/proto/tendermint/mempool"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/lru"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/types"
	"golang.org/x/time/rate"
)

// gossipChannel is a channel that CometBFT leaves free.
const gossipChannel = byte(0x68)

const (
	// batchBytes is what a message holds if it can; a larger transaction has one
	// for itself. maxMessageBytes has room for the largest that a pool takes, which
	// carries blobs.
	batchBytes      = 128 << 10
	maxMessageBytes = 1280 << 10
	// window is how many messages may be under way to a peer. It returns an empty
	// one for each that it has worked on.
	window = 4
	// peerRate bounds the work that a peer makes, in transactions a second.
	peerRate, peerBurst = 5000, 20_000
	// offerAgain is how often a peer gets once more what waits for long, at most
	// one message of it: it may have refused it, being behind or full.
	offerAgain = 10 * time.Second
	// remembered is how many transactions we know a peer to know.
	remembered = 1 << 16
)

// gossip brings the transactions of each pool to the pools of the peers, and so to
// every proposer. It is a reactor of CometBFT's network; go-ethereum's own network
// is not used. The words are those by which CometBFT passes on its transactions.
type gossip struct {
	p2p.BaseReactor
	pool *txpool.TxPool
	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup
	// mu guards peers.
	mu    sync.Mutex
	peers map[p2p.ID]*gossipPeer
}

type gossipPeer struct {
	p2p.Peer
	// in waits to be put into our pool, out to be sent.
	in  chan [][]byte
	out chan []*types.Transaction
	// behind has an element when out was full: then everything is offered.
	behind chan struct{}
	// credit has an element for each message that may be sent.
	credit chan struct{}
	known  *lru.Cache[common.Hash, struct{}]
}

func newGossip(pool *txpool.TxPool) *gossip {
	g := &gossip{pool: pool, peers: map[p2p.ID]*gossipPeer{}}
	g.ctx, g.stop = context.WithCancel(context.Background())
	g.BaseReactor = *p2p.NewBaseReactor("Transactions", g)
	return g
}

// GetChannels, OnStart, OnStop, AddPeer, RemovePeer and Receive make it a reactor.
func (g *gossip) GetChannels() []*conn.ChannelDescriptor {
	return []*conn.ChannelDescriptor{{
		ID: gossipChannel, Priority: 3, SendQueueCapacity: 2 * window,
		RecvMessageCapacity: maxMessageBytes, MessageType: &protomem.Message{},
	}}
}

func (g *gossip) OnStart() error {
	txs := make(chan core.NewTxsEvent, 64)
	sub := g.pool.SubscribeTransactions(txs, false)
	g.work.Go(func() {
		defer sub.Unsubscribe()
		// The pool stands still while its events are not read, so nothing here waits.
		for {
			select {
			case <-g.ctx.Done():
				return
			case <-sub.Err():
				return
			case e := <-txs:
				g.spread(e.Txs)
			}
		}
	})
	return nil
}

func (g *gossip) OnStop() {
	g.stop()
	g.work.Wait()
}

func (g *gossip) AddPeer(peer p2p.Peer) {
	p := &gossipPeer{
		Peer: peer, in: make(chan [][]byte, window), out: make(chan []*types.Transaction, 256), behind: make(chan struct{}, 1),
		credit: make(chan struct{}, window), known: lru.NewCache[common.Hash, struct{}](remembered),
	}
	for range window {
		p.credit <- struct{}{}
	}
	p.behind <- struct{}{} // It has seen nothing of our pool yet.
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ctx.Err() != nil {
		return
	}
	g.peers[peer.ID()] = p
	g.work.Go(func() { g.send(p) })
	g.work.Go(func() { g.take(p) })
}

func (g *gossip) RemovePeer(peer p2p.Peer, _ any) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p := g.peers[peer.ID()]; p != nil && p.Peer == peer {
		delete(g.peers, peer.ID())
	}
}

func (g *gossip) peer(id p2p.ID) *gossipPeer {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.peers[id]
}

// Receive must not wait: consensus comes over the same line.
func (g *gossip) Receive(e p2p.Envelope) {
	p := g.peer(e.Src.ID())
	msg, ok := e.Message.(*protomem.Txs)
	if !ok || p == nil {
		return
	}
	queue := func() bool {
		if len(msg.Txs) == 0 {
			select {
			case p.credit <- struct{}{}:
				return true
			default:
				return false
			}
		}
		select {
		case p.in <- msg.Txs:
			return true
		default:
			return false
		}
	}
	if !queue() {
		g.Switch.StopPeerForError(e.Src, fmt.Errorf("it sends transactions without waiting to be asked"))
	}
}

// take puts what a peer sent into our pool.
func (g *gossip) take(p *gossipPeer) {
	limit := rate.NewLimiter(peerRate, peerBurst)
	for {
		select {
		case <-g.ctx.Done():
			return
		case <-p.Quit():
			return
		case raws := <-p.in:
			txs, err := decodeAll(raws)
			if err != nil {
				g.Switch.StopPeerForError(p.Peer, err)
				return
			}
			for len(txs) > 0 {
				some := txs[:min(len(txs), 200)]
				txs = txs[len(some):]
				if limit.WaitN(g.ctx, len(some)) != nil {
					return
				}
				for _, tx := range some {
					p.known.Add(tx.Hash(), struct{}{})
				}
				// What is refused, because it is known, too cheap or too early, may be good
				// in the peer's pool all the same.
				g.pool.Add(some, false)
			}
			if !p.Send(p2p.Envelope{ChannelID: gossipChannel, Message: &protomem.Txs{}}) && p.IsRunning() {
				g.Switch.StopPeerForError(p.Peer, fmt.Errorf("it takes nothing"))
				return
			}
		}
	}
}

// decodeAll fails on what no validator lets into its pool, so none passes on.
func decodeAll(raws [][]byte) ([]*types.Transaction, error) {
	txs := make([]*types.Transaction, len(raws))
	for i, raw := range raws {
		tx, err := admit(raw)
		if err != nil {
			return nil, fmt.Errorf("it sends a transaction that can't be taken: %w", err)
		}
		txs[i] = tx
	}
	return txs, nil
}

// spread offers new transactions to all peers.
func (g *gossip) spread(txs []*types.Transaction) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range g.peers {
		select {
		case p.out <- txs:
		default:
			select {
			case p.behind <- struct{}{}:
			default:
			}
		}
	}
}

// send passes on to a peer what it may not have.
func (g *gossip) send(p *gossipPeer) {
	again := time.NewTicker(offerAgain)
	defer again.Stop()
	for {
		select {
		case <-g.ctx.Done():
			return
		case <-p.Quit():
			return
		case txs := <-p.out:
			g.offer(p, txs)
		case <-p.behind:
			g.offer(p, g.waiting(time.Now(), 0))
		case <-again.C:
			old := g.waiting(time.Now().Add(-offerAgain), batchBytes)
			for _, tx := range old {
				p.known.Remove(tx.Hash())
			}
			g.offer(p, old)
		}
	}
}

// waiting returns what the pool could put into a block and had before a time, in
// an order that each account's nonces allow; with a limit, no more bytes than that.
func (g *gossip) waiting(before time.Time, limit uint64) (txs []*types.Transaction) {
	var size uint64
	for _, blobs := range []bool{false, true} {
		accounts, _ := g.pool.Pending(txpool.PendingFilter{BlobTxs: blobs, BlobVersion: types.BlobSidecarVersion1})
		for _, account := range accounts {
			for _, lazy := range account {
				if lazy.Time.After(before) {
					break
				}
				tx := lazy.Resolve()
				if tx == nil {
					break
				}
				if size += tx.Size(); limit > 0 && size > limit {
					return txs
				}
				txs = append(txs, tx)
			}
		}
	}
	return txs
}

// offer sends those that the peer is not known to know.
func (g *gossip) offer(p *gossipPeer, txs []*types.Transaction) {
	var batch [][]byte
	var hashes []common.Hash
	size := 0
	flush := func() bool {
		if len(batch) == 0 {
			return true
		}
		select {
		case <-p.credit:
		case <-p.Quit():
			return false
		case <-g.ctx.Done():
			return false
		}
		if !p.Send(p2p.Envelope{ChannelID: gossipChannel, Message: &protomem.Txs{Txs: batch}}) {
			p.credit <- struct{}{}
			return false
		}
		for _, hash := range hashes {
			p.known.Add(hash, struct{}{})
		}
		batch, hashes, size = nil, nil, 0
		return true
	}
	for _, tx := range txs {
		if p.known.Contains(tx.Hash()) {
			continue
		}
		if tx.Type() == types.BlobTxType {
			// Only the pool has the blobs.
			if tx = g.pool.Get(tx.Hash()); tx == nil {
				continue
			}
		}
		raw, err := tx.MarshalBinary()
		if err != nil {
			continue
		}
		if size > 0 && size+len(raw) > batchBytes && !flush() {
			return
		}
		batch, hashes, size = append(batch, raw), append(hashes, tx.Hash()), size+len(raw)+8
	}
	flush()
}
