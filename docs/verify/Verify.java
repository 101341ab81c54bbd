import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertPath;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.security.auth.x500.X500Principal;

/**
 * Verifies what SecureSign Desktop sent back, over the portal's own document.
 *
 * <p>usage: java -cp gson.jar Verify.java CAS.pem DOCUMENT REQUEST_ID SS_RESULT
 *
 * <p>Java 11 or later, with Gson to read the JSON. In your portal call {@link #verify} with what you
 * kept in the visitor's session.
 */
public final class Verify {
    /** The answer does not prove what it should. */
    public static final class Refused extends Exception {
        Refused(String reason) {
            super(reason);
        }
    }

    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int NON_REPUDIATION = 1;

    /**
     * The certificate of whoever signed {@code document}.
     *
     * @param ssResult the value of that field, decoded from the query or form
     * @param requestId the one you made for this visitor, never the one in the answer
     * @param document your own copy; you asked for its SHA-256
     * @param cas the authorities that you accept
     */
    public static X509Certificate verify(
            String ssResult, String requestId, byte[] document, Collection<X509Certificate> cas) throws Refused {
        JsonObject result;
        try {
            byte[] json = Base64.getDecoder().decode(ssResult);
            result = JsonParser.parseString(new String(json, StandardCharsets.UTF_8)).getAsJsonObject();
        } catch (IllegalArgumentException | IllegalStateException | JsonParseException error) {
            throw new Refused("not a result");
        }
        if (!requestId.equals(text(result, "requestId"))) {
            throw new Refused("the answer to another request");
        }
        JsonElement success = result.get("success");
        if (success == null || !"true".equals(success.toString())) {
            throw new Refused("not signed: " + text(result, "error"));
        }
        X509Certificate certificate;
        byte[] signature;
        try {
            certificate = certificates(text(result.getAsJsonObject("certificate"), "certificatePem")).iterator().next();
            signature = Base64.getDecoder().decode(text(result, "signatureBase64"));
        } catch (GeneralSecurityException | RuntimeException error) {
            throw new Refused("no signature or no certificate in it");
        }
        checkCertificate(certificate, cas);
        boolean rsa = certificate.getPublicKey() instanceof RSAPublicKey;
        try {
            Signature verifier = Signature.getInstance(rsa ? "SHA256withRSA" : "SHA256withECDSA");
            // The key, not the certificate: initVerify(certificate) wants digitalSignature in
            // KeyUsage, and certificates for signatures may have nonRepudiation alone.
            verifier.initVerify(certificate.getPublicKey());
            verifier.update(document);
            if (!verifier.verify(signature)) {
                throw new Refused("the signature is not one of this document");
            }
        } catch (GeneralSecurityException error) {
            throw new Refused("the signature is not one of this document");
        }
        return certificate;
    }

    private static void checkCertificate(X509Certificate certificate, Collection<X509Certificate> cas)
            throws Refused {
        if (certificate.getPublicKey() instanceof RSAPublicKey) {
            if (((RSAPublicKey) certificate.getPublicKey()).getModulus().bitLength() < 2048) {
                throw new Refused("an RSA key that is too short");
            }
        } else if (!(certificate.getPublicKey() instanceof ECPublicKey)) {
            throw new Refused("a key of another kind");
        }
        boolean[] usage = certificate.getKeyUsage();
        if (usage != null && !usage[DIGITAL_SIGNATURE] && !usage[NON_REPUDIATION]) {
            throw new Refused("the certificate is not one for signatures");
        }
        try {
            if (List.of(SERVER_AUTH).equals(certificate.getExtendedKeyUsage())) {
                throw new Refused("the certificate is a web server's");
            }
            X509CertSelector target = new X509CertSelector();
            target.setCertificate(certificate);
            Set<TrustAnchor> anchors =
                    cas.stream().map(ca -> new TrustAnchor(ca, null)).collect(Collectors.toSet());
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
            parameters.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(List.of(certificate))));
            // With CRLs at hand: setRevocationEnabled(true), the CRLs in the store above, and a
            // PKIXRevocationChecker with ONLY_END_ENTITY, PREFER_CRLS and NO_FALLBACK.
            parameters.setRevocationEnabled(false);
            CertPath path = CertPathBuilder.getInstance("PKIX").build(parameters).getCertPath();
            if (path.getCertificates().isEmpty()) {
                throw new Refused("an authority's own certificate");
            }
        } catch (GeneralSecurityException error) {
            throw new Refused("the certificate is not accepted: " + error.getMessage());
        }
    }

    private static String text(JsonObject object, String field) {
        JsonElement value = object.get(field);
        return value == null || !value.isJsonPrimitive() ? null : value.getAsString();
    }

    @SuppressWarnings("unchecked")
    private static Collection<X509Certificate> certificates(String pem) throws GeneralSecurityException {
        byte[] bytes = pem.getBytes(StandardCharsets.US_ASCII);
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        return (Collection<X509Certificate>) factory.generateCertificates(new ByteArrayInputStream(bytes));
    }

    public static void main(String[] arguments) throws Exception {
        try {
            X509Certificate certificate =
                    verify(
                            arguments[3],
                            arguments[2],
                            Files.readAllBytes(Path.of(arguments[1])),
                            certificates(Files.readString(Path.of(arguments[0]))));
            System.out.println("signed by " + certificate.getSubjectX500Principal().getName(X500Principal.RFC2253));
        } catch (Refused reason) {
            System.err.println("refused: " + reason.getMessage());
            System.exit(1);
        }
    }
}
