# For Nix: nix run, nix profile install.
#
# Tried: parsed by Nix 2.8 alone. Nothing was built with it, for no nixpkgs could be had.
{
  description = "Sign with the certificate on a USB token, with no vendor driver";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      each = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
    in
    {
      packages = each (pkgs: {
        default = pkgs.rustPlatform.buildRustPackage {
          pname = "securesign";
          version = "0.1.0";
          src = self;
          cargoLock.lockFile = ./Cargo.lock;
          cargoBuildFlags = [
            "--package=securesign"
            "--package=securesign-helper"
          ];
          # They want a PC/SC daemon, displays and browsers.
          doCheck = false;
          # The library of the window builds itself with CMake; this is no CMake project.
          dontUseCmakeConfigure = true;
          nativeBuildInputs = with pkgs; [
            cmake
            ninja
            pkg-config
            git
          ];
          buildInputs = with pkgs; [
            pcsclite
            cairo
            pango
            xorg.libX11
            xorg.libXext
            xorg.libXft
            xorg.libXinerama
            xorg.libXcursor
            xorg.libXrender
            xorg.libXfixes
          ];
          postInstall = ''
            install -Dm644 -t $out/share/applications ui/desktop/*.desktop
            install -Dm644 -t $out/share/metainfo ui/desktop/*.metainfo.xml
            install -Dm644 -t $out/share/icons/hicolor/scalable/apps ui/desktop/icons/securesign.svg
          '';
          meta = {
            description = "Sign with the certificate on a USB token, with no vendor driver";
            license = with pkgs.lib.licenses; [
              mit
              asl20
            ];
            mainProgram = "securesign";
            platforms = systems;
          };
        };
      });
    };
}
