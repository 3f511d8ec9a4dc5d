package creator

import (
	"errors"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
)

func TestTamperedReceiptsAreFoundOut(t *testing.T) {
	n := newTestNet(t, 3, nil)
	n.peers[0].cheat.Store(true)
	c := n.start(n.payer(), t.TempDir(), nil)
	task, err := c.Create(n.ctx, request("Trust nobody."))
	if err != nil {
		t.Fatal(err)
	}
	good := *find(n.collect(task), StageSettled).Receipt
	found, err := VerifyReceipt(n.ctx, n.chain.Client, n.profile, good)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 8 || found[len(found)-1].What != "response" {
		t.Errorf("found right: %+v", found)
	}

	if found, err := CheckReceipt(good); err != nil || len(found) != 4 || found[3].What != "response" {
		t.Errorf("by itself: found right %+v, %v", found, err)
	}

	liar, honest := 0, 0
	for i, node := range good.Nodes {
		if node.Slashed {
			liar = i
		} else {
			honest = i
		}
	}
	for name, tamper := range map[string]struct {
		spoil func(*protocol.Receipt)
		want  string
	}{
		"another version":            {func(r *protocol.Receipt) { r.Version = 1 }, "version"},
		"another chain":              {func(r *protocol.Receipt) { r.ChainID++ }, "chain_id"},
		"a contract of one's own":    {func(r *protocol.Receipt) { r.Contract[0]++ }, "task_contract"},
		"no such task":               {func(r *protocol.Receipt) { r.TaskID += 7 }, "not created"},
		"no such transaction":        {func(r *protocol.Receipt) { r.CreateTx[0]++ }, "create_tx"},
		"a transaction of others":    {func(r *protocol.Receipt) { r.SettleTx = r.CreateTx }, "has not ended"},
		"another creator":            {func(r *protocol.Receipt) { r.Creator[0]++ }, "creator"},
		"another model":              {func(r *protocol.Receipt) { r.Model = "gpt-9" }, "model"},
		"other arguments":            {func(r *protocol.Receipt) { r.ArgsHash[0]++ }, "args_hash"},
		"a larger fee":               {func(r *protocol.Receipt) { r.Fee = r.Fee.Add(protocol.CNX(1)) }, "fee"},
		"an earlier time":            {func(r *protocol.Receipt) { r.CreatedAt-- }, "created_at"},
		"another key":                {func(r *protocol.Receipt) { r.TaskKey[0]++ }, "task_key"},
		"a better card":              {func(r *protocol.Receipt) { r.Class.Card = "RTX 9090" }, "class"},
		"another node":               {func(r *protocol.Receipt) { r.Nodes[1].Address[0]++ }, "nodes[1].address"},
		"another commitment":         {func(r *protocol.Receipt) { r.Nodes[2].Commitment[0]++ }, "nodes[2].commitment"},
		"another opening":            {func(r *protocol.Receipt) { r.Nodes[honest].Nonce[0]++ }, "nonce"},
		"the liar agrees":            {func(r *protocol.Receipt) { r.Nodes[liar].Agrees = true }, "agrees"},
		"the liar's result":          {func(r *protocol.Receipt) { r.Result = r.Nodes[liar].Result }, "only 1 of the nodes"},
		"the liar revealed the same": {func(r *protocol.Receipt) { r.Nodes[liar].Result = r.Result }, "result"},
		"the liar was not slashed":   {func(r *protocol.Receipt) { r.Nodes[liar].Slashed = false }, "slashed"},
		"more pay":                   {func(r *protocol.Receipt) { r.Nodes[honest].Paid = r.Fee }, "paid"},
		"settled by the court":       {func(r *protocol.Receipt) { r.Fast = !r.Fast }, "fast"},
		"settled by another":         {func(r *protocol.Receipt) { r.SettledBy[0]++ }, "settled_by"},
		"no reward":                  {func(r *protocol.Receipt) { r.Rewards = protocol.Wei{} }, "rewards"},
		"nothing came back":          {func(r *protocol.Receipt) { r.Refunded = protocol.Wei{} }, "refunded"},
		"a later block":              {func(r *protocol.Receipt) { r.SettleBlock++ }, "settle_block"},
		"another outcome":            {func(r *protocol.Receipt) { r.Outcome = protocol.OutcomeSilent }, "outcome"},
		"another text":               {func(r *protocol.Receipt) { r.Response += "." }, "response"},
		"another salt":               {func(r *protocol.Receipt) { r.Salt = common.Hash{1} }, "response"},
	} {
		r := good
		tamper.spoil(&r)
		_, err := VerifyReceipt(n.ctx, n.chain.Client, n.profile, r)
		if !errors.Is(err, ErrWrong) || !strings.Contains(err.Error(), tamper.want) {
			t.Errorf("%s: got %v, want an error about %q", name, err, tamper.want)
		}
	}
	for name, tamper := range map[string]struct {
		spoil func(*protocol.Receipt)
		want  string
	}{
		"another version":      {func(r *protocol.Receipt) { r.Version = 1 }, "version"},
		"another key":          {func(r *protocol.Receipt) { r.TaskKey[0]++ }, "commitment"},
		"another node":         {func(r *protocol.Receipt) { r.Nodes[1].Address[0]++ }, "nodes[1].commitment"},
		"another opening":      {func(r *protocol.Receipt) { r.Nodes[honest].Nonce[0]++ }, "commitment"},
		"the liar agrees":      {func(r *protocol.Receipt) { r.Nodes[liar].Agrees = true }, "said to agree"},
		"the liar's result":    {func(r *protocol.Receipt) { r.Result = r.Nodes[liar].Result }, "only 1 of the nodes"},
		"one that never spoke": {func(r *protocol.Receipt) { r.Nodes[honest].Kind = protocol.KindNone }, "opened nothing"},
		"more pay":             {func(r *protocol.Receipt) { r.Nodes[honest].Paid = r.Fee }, "paid out of a fee"},
		"another text":         {func(r *protocol.Receipt) { r.Response += "." }, "response"},
		"another salt":         {func(r *protocol.Receipt) { r.Salt = common.Hash{1} }, "response"},
		"an answer of pixels":  {func(r *protocol.Receipt) { r.Type = protocol.StableDiffusion }, "not of its type"},
	} {
		r := good
		tamper.spoil(&r)
		if _, err := CheckReceipt(r); !errors.Is(err, ErrWrong) || !strings.Contains(err.Error(), tamper.want) {
			t.Errorf("%s, by itself: got %v, want an error about %q", name, err, tamper.want)
		}
	}
	good.Response, good.Salt = "", common.Hash{}
	if _, err := VerifyReceipt(n.ctx, n.chain.Client, n.profile, good); err != nil {
		t.Errorf("a receipt without the text is no worse: %v", err)
	}
}
