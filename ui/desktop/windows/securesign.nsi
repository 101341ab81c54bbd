; The installer for Windows: for the present user, without an administrator, or with
; /ALLUSERS, as an administrator, for everybody. /S asks nothing, /D=FOLDER installs
; elsewhere. scripts/installer calls makensis with VERSION, FILES (the folder of the
; executables), SOURCES (that of the licences) and, where it signs, SIGN.

Unicode true
; The stubs that are the default have 32 bits.
Target amd64-unicode
SetCompressor /SOLID lzma
ManifestDPIAware true
RequestExecutionLevel user

!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh

Name SecureSign
OutFile "${OUTPUT}"
InstallDir ""
AllowSkipFiles off
!ifdef SIGN
  !finalize '${SIGN} "%1"'
  !uninstfinalize '${SIGN} "%1"'
!endif

VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName SecureSign
VIAddVersionKey FileDescription "SecureSign, installer"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey LegalCopyright "SecureSign Desktop maintainers"

!define ENTRY "Software\Microsoft\Windows\CurrentVersion\Uninstall\SecureSign"
!define DUMPS "Software\Microsoft\Windows\Windows Error Reporting\ExcludedApplications"
!define CLASS "Software\Classes\securesign"
!define LISTED "Software\Classes\SecureSign.Url"
!define COMMAND '"$INSTDIR\securesign-window.exe" open -- "%1"'

!define MUI_ICON "securesign.ico"
!define MUI_UNICON "securesign.ico"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE English

; 1: for everybody.
Var everybody

; Where the entries and shortcuts go that SHCTX, $SMPROGRAMS and $LOCALAPPDATA name.
!macro context
  SetRegView 64
  ${If} $everybody == 1
    SetShellVarContext all
  ${Else}
    SetShellVarContext current
  ${EndIf}
!macroend

Function .onInit
  StrCpy $everybody 0
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/ALLUSERS" $1
  ${IfNot} ${Errors}
    StrCpy $everybody 1
    UserInfo::GetAccountType
    Pop $1
    ${If} $1 != "Admin"
      MessageBox MB_OK|MB_ICONSTOP "To install SecureSign for everybody, start the installer as an administrator." /SD IDOK
      SetErrorLevel 740
      Quit
    ${EndIf}
  ${EndIf}
  !insertmacro context
  ${If} $INSTDIR == ""
    ; An upgrade goes where the program is.
    ReadRegStr $INSTDIR SHCTX "${ENTRY}" InstallLocation
  ${EndIf}
  ${If} $INSTDIR == ""
    ${If} $everybody == 1
      StrCpy $INSTDIR "$PROGRAMFILES64\SecureSign"
    ${Else}
      StrCpy $INSTDIR "$LOCALAPPDATA\Programs\SecureSign"
    ${EndIf}
  ${EndIf}
FunctionEnd

Section
  SetOutPath $INSTDIR
  File "${FILES}\securesign.exe"
  File "${FILES}\securesign-window.exe"
  File "${FILES}\securesign-helper.exe"
  File "${SOURCES}\LICENSE-APACHE"
  File "${SOURCES}\LICENSE-MIT"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\SecureSign.lnk" "$INSTDIR\securesign-window.exe"

  ; Windows writes no dump of these when they crash: a PIN could be in it.
  WriteRegDWORD SHCTX "${DUMPS}" securesign.exe 1
  WriteRegDWORD SHCTX "${DUMPS}" securesign-window.exe 1

  WriteRegStr SHCTX "${ENTRY}" DisplayName SecureSign
  WriteRegStr SHCTX "${ENTRY}" DisplayVersion "${VERSION}"
  WriteRegStr SHCTX "${ENTRY}" Publisher "SecureSign Desktop maintainers"
  WriteRegStr SHCTX "${ENTRY}" DisplayIcon "$INSTDIR\securesign-window.exe"
  WriteRegStr SHCTX "${ENTRY}" InstallLocation "$INSTDIR"
  WriteRegStr SHCTX "${ENTRY}" UninstallString '"$INSTDIR\uninstall.exe"'
  WriteRegStr SHCTX "${ENTRY}" QuietUninstallString '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD SHCTX "${ENTRY}" NoModify 1
  WriteRegDWORD SHCTX "${ENTRY}" NoRepair 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD SHCTX "${ENTRY}" EstimatedSize $0

  ${If} $everybody == 1
    ; The same as "securesign register" writes for one user.
    WriteRegStr HKLM "${CLASS}" "" "URL:SecureSign"
    WriteRegStr HKLM "${CLASS}" "URL Protocol" ""
    WriteRegStr HKLM "${CLASS}\shell\open\command" "" '${COMMAND}'
    WriteRegStr HKLM "${LISTED}" "" "URL:SecureSign"
    WriteRegStr HKLM "${LISTED}" "URL Protocol" ""
    WriteRegStr HKLM "${LISTED}\shell\open\command" "" '${COMMAND}'
    WriteRegStr HKLM "Software\SecureSign\Capabilities" ApplicationName SecureSign
    WriteRegStr HKLM "Software\SecureSign\Capabilities" ApplicationDescription "Signs with your USB token"
    WriteRegStr HKLM "Software\SecureSign\Capabilities\URLAssociations" securesign SecureSign.Url
    WriteRegStr HKLM "Software\RegisteredApplications" SecureSign "Software\SecureSign\Capabilities"
  ${Else}
    nsExec::ExecToLog '"$INSTDIR\securesign.exe" register'
    Pop $0
  ${EndIf}
SectionEnd

Function un.onInit
  SetRegView 64
  StrCpy $everybody 0
  ReadRegStr $0 HKLM "${ENTRY}" InstallLocation
  ${If} $0 == $INSTDIR
    StrCpy $everybody 1
  ${EndIf}
  !insertmacro context
FunctionEnd

Section Uninstall
  ${If} $everybody == 1
    ReadRegStr $0 HKLM "${CLASS}\shell\open\command" ""
    ${If} $0 == '${COMMAND}'
      DeleteRegKey HKLM "${CLASS}"
    ${EndIf}
    DeleteRegKey HKLM "${LISTED}"
    DeleteRegKey HKLM "Software\SecureSign"
    DeleteRegValue HKLM "Software\RegisteredApplications" SecureSign
  ${Else}
    ; It alone gives back who opened the links before.
    nsExec::ExecToLog '"$INSTDIR\securesign.exe" unregister'
    Pop $0
  ${EndIf}
  Delete "$SMPROGRAMS\SecureSign.lnk"
  DeleteRegValue SHCTX "${DUMPS}" securesign.exe
  DeleteRegValue SHCTX "${DUMPS}" securesign-window.exe
  DeleteRegKey SHCTX "${ENTRY}"
  ; By name: nothing else goes, whatever folder was chosen.
  Delete "$INSTDIR\securesign.exe"
  Delete "$INSTDIR\securesign-window.exe"
  Delete "$INSTDIR\securesign-helper.exe"
  Delete "$INSTDIR\LICENSE-APACHE"
  Delete "$INSTDIR\LICENSE-MIT"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  ; The journal and the settings are the user's, and stay unless they say so.
  SetShellVarContext current
  ${If} ${FileExists} "$LOCALAPPDATA\securesign"
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Delete the journal of your signatures and the settings, too? They cannot be brought back." /SD IDNO IDNO kept
    RMDir /r "$LOCALAPPDATA\securesign"
    RMDir /r "$APPDATA\securesign"
    kept:
  ${EndIf}
SectionEnd
