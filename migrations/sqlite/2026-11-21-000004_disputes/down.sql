DROP TABLE blob_chunks;
DROP TABLE dispute_evidence;
DROP TABLE dispute_dockets;
DROP TABLE disputes;
