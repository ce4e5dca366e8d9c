"""Pictures and sounds of guide steps: drawn, recorded by the ward, or spoken by a machine."""
