package api

// ReasonCode is the code of a reason that the agent gives, beside those of the node
// (node.ReasonCodes). Pages know every one of them.
type ReasonCode string

const (
	// ReasonLocked is what UnlockWallet lifts.
	ReasonLocked ReasonCode = "wallet_locked"
	// ReasonWallet: the wallet can't be opened.
	ReasonWallet ReasonCode = "wallet"
	// ReasonNoNetwork: there is no profile of a network.
	ReasonNoNetwork ReasonCode = "no_network"
	// ReasonWrongChain: the profile is of another chain.
	ReasonWrongChain ReasonCode = "wrong_chain"
	// ReasonNoEngine: the engine does not start.
	ReasonNoEngine ReasonCode = "engine"
	// ReasonDownload: a model could not be fetched.
	ReasonDownload ReasonCode = "download"
	// ReasonDevice: what the owner chose to compute on is not there, or can't.
	ReasonDevice ReasonCode = "device_missing"
	// ReasonSetup: something else failed on the way to a node.
	ReasonSetup ReasonCode = "setup_failed"
)

// NoticeCode is the code of a reason that a screen shows in its place, as beside a
// model: those of the models (models.ReasonCodes), of their folder
// (shelf.ReasonCodes), and the agent's own.
type NoticeCode string

const (
	// NoticeModels: the models can't be read.
	NoticeModels NoticeCode = "models_unreadable"
)
