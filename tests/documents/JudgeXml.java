import java.io.File;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.NodeList;

/** What Java finds in signed XML documents: a line for each, its name, and "good" or not. */
public class JudgeXml {
    public static void main(String[] files) {
        for (String file : files) {
            String word;
            try {
                word = judge(new File(file)) ? "good" : "bad";
            } catch (Exception error) {
                word = error.toString().replace('\n', ' ');
            }
            System.out.println(file + "\t" + word);
        }
    }

    static boolean judge(File file) throws Exception {
        DocumentBuilderFactory builders = DocumentBuilderFactory.newInstance();
        builders.setNamespaceAware(true);
        // One of the files has 20,000.
        builders.setAttribute(
            "http://www.oracle.com/xml/jaxp/properties/elementAttributeLimit", "0");
        var document = builders.newDocumentBuilder().parse(file);
        NodeList found = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
        var signature = found.item(found.getLength() - 1);
        NodeList certificates =
            document.getElementsByTagNameNS(XMLSignature.XMLNS, "X509Certificate");
        byte[] der = Base64.getDecoder().decode(certificates.item(0).getTextContent());
        var certificate = CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(der));
        var context = new DOMValidateContext(certificate.getPublicKey(), signature);
        // Detached: the document lies beside it.
        context.setProperty("org.jcp.xml.dsig.secureValidation", false);
        context.setBaseURI(file.getAbsoluteFile().getParentFile().toURI().toString());
        // Of an element with an Id, which no schema tells it is one.
        NodeList all = document.getElementsByTagName("*");
        for (int at = 0; at < all.getLength(); at++) {
            var element = (org.w3c.dom.Element) all.item(at);
            if (element.hasAttribute("Id")) {
                context.setIdAttributeNS(element, null, "Id");
            }
        }
        return XMLSignatureFactory.getInstance("DOM").unmarshalXMLSignature(context)
            .validate(context);
    }
}
