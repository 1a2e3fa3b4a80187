"""No tables: but Django tells only apps with this module that it has migrated (`config.seeding`)."""
