using CsCheck;
using Xunit;

namespace SesameGrpc.TransparencyLog.Tests;

public sealed class MerkleTreeTests
{
    // The tree of the reference implementation of RFC 6962 (certificate-transparency): its leaves, and its root at each size.
    private static readonly byte[][] ReferenceLeaves =
    [
        .. new[] { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" }.Select(
            Convert.FromHexString
        ),
    ];

    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void Root_OfTheReferenceTree_IsThePublishedOne(int size, string root)
    {
        var builder = new TreeBuilder();
        foreach (var leaf in ReferenceLeaves.Take(size))
        {
            builder.Append(MerkleHash.OfLeaf(leaf));
        }

        Assert.Equal(root, Convert.ToHexStringLower(builder.Root()));
    }

    [Fact]
    public async Task InclusionPath_OfTheReferenceTree_IsThePublishedOne()
    {
        var tree = new SampleTree([.. ReferenceLeaves.Select(leaf => MerkleHash.OfLeaf(leaf))]);
        Assert.Equal(
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
            (await tree.Hashes.OfAsync(TreeProof.Inclusion(0, 8), CancellationToken.None)).Select(Convert.ToHexStringLower)
        );
    }

    [Fact]
    public async Task ConsistencyProof_OfTheReferenceTree_IsThePublishedOne()
    {
        var tree = new SampleTree([.. ReferenceLeaves.Select(leaf => MerkleHash.OfLeaf(leaf))]);
        Assert.Equal(
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
            (await tree.Hashes.OfAsync(TreeProof.Consistency(6, 8), CancellationToken.None)).Select(Convert.ToHexStringLower)
        );
    }

    [Fact]
    public Task Inclusion_OfAnyLeaf_IsProvedAndOfNoOtherLeaf() =>
        SizeAndPart.SampleAsync(
            async pair =>
            {
                var (size, index) = (pair.Size, Math.Min(pair.Part, pair.Size - 1));
                var tree = SampleTree.OfSize(size);
                var proof = await tree.Hashes.OfAsync(TreeProof.Inclusion(index, size), CancellationToken.None);
                var root = tree.RootAt(size);

                Assert.True(TreeProof.IsIncluded(tree.Leaves[index], index, size, proof, root));
                Assert.False(TreeProof.IsIncluded(MerkleHash.OfLeaf([1]), index, size, proof, root));
                Assert.False(TreeProof.IsIncluded(tree.Leaves[index], index, size, [.. proof, root], root));
                Assert.False(TreeProof.IsIncluded(tree.Leaves[index], index, size, proof, MerkleHash.OfNothing()));
                Assert.False(TreeProof.IsIncluded(tree.Leaves[index], size, size, proof, root));
                if (proof.Count > 0)
                {
                    Assert.False(TreeProof.IsIncluded(tree.Leaves[index], index, size, [.. proof.Skip(1)], root));
                    Assert.False(TreeProof.IsIncluded(tree.Leaves[index], index ^ 1, size, proof, root));
                }
            },
            iter: 200
        );

    [Fact]
    public Task Consistency_OfAnyTwoSizes_IsProvedAndOfNoOtherTree() =>
        SizeAndPart.SampleAsync(
            async pair =>
            {
                var (size, old) = (pair.Size, pair.Part);
                var tree = SampleTree.OfSize(size);
                var (oldRoot, root) = (tree.RootAt(old), tree.RootAt(size));
                var proof = await tree.Hashes.OfAsync(TreeProof.Consistency(old, size), CancellationToken.None);

                Assert.True(TreeProof.IsConsistent(old, oldRoot, size, root, proof));
                Assert.False(TreeProof.IsConsistent(old, oldRoot, size, MerkleHash.OfLeaf([1]), proof) && old > 0);
                Assert.False(TreeProof.IsConsistent(old, MerkleHash.OfLeaf([1]), size, root, proof));
                Assert.False(TreeProof.IsConsistent(old, oldRoot, size, root, [.. proof, root]));
                if (proof.Count > 0)
                {
                    Assert.False(TreeProof.IsConsistent(old, oldRoot, size, root, [.. proof.Skip(1)]));
                }
            },
            iter: 200
        );

    [Fact]
    public async Task Proofs_OverThreeLevelsOfTiles_Hold()
    {
        const int Size = 65_536 + 300;
        var tree = SampleTree.OfSize(Size);
        var root = tree.RootAt(Size);
        foreach (var part in new[] { 0, 1, 255, 256, 65_535, 65_536, 65_791, 65_792, Size - 1 })
        {
            var path = await tree.Hashes.OfAsync(TreeProof.Inclusion(part, Size), CancellationToken.None);
            var proof = await tree.Hashes.OfAsync(TreeProof.Consistency(part, Size), CancellationToken.None);

            Assert.True(TreeProof.IsIncluded(tree.Leaves[part], part, Size, path, root));
            Assert.True(TreeProof.IsConsistent(part, tree.RootAt(part), Size, root, proof));
        }
    }

    [Fact]
    public void Builder_ContinuedFromItsEdge_GrowsTheSameTree() =>
        SizeAndPart.Sample(
            pair =>
            {
                var tree = SampleTree.OfSize(pair.Size);
                var first = new TreeBuilder();
                tree.Leaves.Take(pair.Part).ToList().ForEach(leaf => first.Append(leaf));
                var second = TreeBuilder.Continue(pair.Part, first.PartialTiles);
                tree.Leaves.Skip(pair.Part).ToList().ForEach(leaf => second.Append(leaf));

                Assert.Equal(tree.RootAt(pair.Size), second.Root());
            },
            iter: 50
        );

    [Fact]
    public void Builder_ContinuedFromAnotherEdge_IsRefused()
    {
        var builder = new TreeBuilder();
        builder.Append(MerkleHash.OfLeaf([]));

        Assert.Throws<LogFormatException>(() => TreeBuilder.Continue(2, builder.PartialTiles));
        Assert.Throws<LogFormatException>(() => TreeBuilder.Continue(1, []));
    }

    // Sizes around full tiles come up as often as others.
    private static Gen<(int Size, int Part)> SizeAndPart { get; } =
        Gen.OneOf(Gen.Int[1, 40], Gen.Int[250, 260], Gen.Int[1, 1000]).SelectMany(size => Gen.Int[0, size].Select(part => (size, part)));
}
